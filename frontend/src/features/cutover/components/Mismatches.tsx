/** The newest differences between REST and the socket: which field, what each said, which rule lets it pass, who found it. */
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";

import { Panel } from "@/components/ui/Panel";
import { Empty, Skeleton } from "@/components/ui/states";
import { whole } from "@/format/figures";
import type { ConsoleMismatch, ConsolePayload } from "@/services/contract.gen";

import { payloadsOf } from "../payloads";
import { When } from "./FeatureRow";

export function Mismatches({ payload }: { payload: ConsolePayload | null }) {
  return (
    <Panel
      title="Mismatches"
      className="mismatches"
      corner={
        payload && (
          <span className="chip" data-tone={payload.mismatches_open > 0 ? "bad" : "good"}>
            <b>{whole(payload.mismatches_open)} open</b> {whole(payload.mismatches_ignored)} ignored by rule
          </span>
        )
      }
    >
      {!payload && <Skeleton lines={3} label="The mismatches are loading" />}
      {payload?.mismatches.length === 0 && <Empty title="REST and socket say the same">What differs appears here, with both payloads' fields.</Empty>}
      {payload && payload.mismatches.length > 0 && <Table mismatches={payload.mismatches} />}
    </Panel>
  );
}

function Table({ mismatches }: { mismatches: readonly ConsoleMismatch[] }) {
  const [opened, setOpened] = useState<number | null>(null);
  return (
    <div className="console-scroll" role="region" aria-label="Mismatches, scrollable" tabIndex={0}>
      <table className="console-table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Feature</th>
            <th scope="col">Field</th>
            <th scope="col">REST</th>
            <th scope="col">Socket</th>
          </tr>
        </thead>
        <tbody>
          {mismatches.map((one) => (
            <Fragment key={one.id}>
              <Row mismatch={one} isOpen={one.id === opened} onToggle={() => setOpened(one.id === opened ? null : one.id)} />
              {one.id === opened && <Details mismatch={one} />}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  mismatch: ConsoleMismatch;
  isOpen: boolean;
  onToggle: () => void;
}

function Row({ mismatch: { at, feature, fields, rule, outcome }, isOpen, onToggle }: RowProps) {
  const first = fields[0];
  return (
    <tr data-ignored={rule !== ""}>
      <td>
        <When at={at} />
      </td>
      <td>{feature}</td>
      <td>
        <button type="button" className="expander" aria-expanded={isOpen} onClick={onToggle}>
          <span aria-hidden="true">{isOpen ? "▾" : "▸"}&nbsp;</span>
          <span className="n">{first ? within(feature, first.field) : outcome}</span>
          {fields.length > 1 && <span className="mute"> +{fields.length - 1}</span>}
        </button>
      </td>
      <td className="n was-rest">{first && said(first.rest)}</td>
      <td className="n was-socket">{first && said(first.socket)}</td>
    </tr>
  );
}

function Details({ mismatch }: { mismatch: ConsoleMismatch }) {
  const { fields, topic, cursor, rule, source, user, times, outcome } = mismatch;
  return (
    <tr className="details">
      <td colSpan={5}>
        <dl>
          {fields.map(({ field, rest, socket }) => (
            <div key={field}>
              <dt className="n">{field}</dt>
              <dd className="n">
                REST <span className="was-rest">{said(rest)}</span> · socket <span className="was-socket">{said(socket)}</span>
              </dd>
            </div>
          ))}
        </dl>
        <p>
          {outcome.replaceAll("_", " ")} on <span className="n">{topic}</span> at cursor <span className="n">{cursor}</span>, found by{" "}
          {source === "browser" ? `the browser of ${user}` : `the ${source}`}
          {times > 1 && `, ${whole(times)} times`}
        </p>
        <p>{rule === "" ? "No rule lets it pass." : `Let pass by the rule “${rule}”.`}</p>
        <BothPayloads mismatch={mismatch} />
      </td>
    </tr>
  );
}

/** Both payloads as they came, read when they are asked for. */
function BothPayloads({ mismatch }: { mismatch: ConsoleMismatch }) {
  const [asked, setAsked] = useState(false);
  const { data, error } = useQuery({ queryKey: ["mismatch", mismatch.id], queryFn: () => payloadsOf(mismatch), enabled: asked, staleTime: Infinity });
  if (!asked) {
    return (
      <button type="button" className="monitor-full" onClick={() => setAsked(true)}>
        both payloads
      </button>
    );
  }
  if (error) return <p role="alert">△ They cannot be read: {error.message}</p>;
  if (data === null) return <p>They were forgotten meanwhile: only the newest are kept.</p>;
  return (
    <div className="payloads">
      <Payload name="REST" text={data?.rest ?? "…"} />
      <Payload name="Socket" text={data?.socket ?? "…"} />
    </div>
  );
}

function Payload({ name, text }: { name: string; text: string }) {
  return (
    <figure>
      <figcaption>{name}</figcaption>
      <pre className="n" tabIndex={0} aria-label={`What ${name} said`}>
        {text}
      </pre>
    </figure>
  );
}

/** A field's path without the feature that it stands beside: `[AAPL].pnl`. */
const within = (feature: string, field: string): string => (field.startsWith(`${feature}[`) ? field.slice(feature.length) : field);

/** A value as JSON; nothing where that side has no such field. */
const said = (value: unknown): string => (value === undefined || value === null ? "nothing" : JSON.stringify(value));
