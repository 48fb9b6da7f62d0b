/** All that this desk knows of a feature's two sources, its last difference in full. */
import type { ReactNode } from "react";

import { NOTHING, whole } from "@/format/figures";
import { age, clock, localZone, span } from "@/format/times";
import { useNow } from "@/hooks/useNow";
import { trafficOf, useLive, type Decision, type Difference, type Standing, type Traffic } from "@/stores/live";

import { said, stageLook, titleOf, whyFallback } from "./sources";
import { Dialog } from "./ui/Dialog";

export function SourceDialog({ feature, onClose }: { feature: string; onClose: () => void }) {
  const standing = useLive((state) => state.standings[feature]);
  const decision = useLive((state) => state.decisions[feature]);
  const since = useLive((state) => state.sourceSince[feature]);
  const traffic = useLive((state) => state.traffic[feature]) ?? trafficOf({ traffic: {} }, feature);
  return (
    <Dialog title={`Where ${titleOf(feature)} comes from`} className="source-dialog" onClose={onClose}>
      <dl className="source-facts">
        {standing && <StageFacts standing={standing} />}
        {decision && <SourceFact decision={decision} since={since} />}
        {standing && <TrafficFacts traffic={traffic} every={standing.every} />}
      </dl>
      {traffic.lastDifference ? <LastDifference difference={traffic.lastDifference} /> : <p className="source-none">No difference was seen here.</p>}
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function StageFacts({ standing: { stage, percent, cohort, bucket, by, reason, changedAt, heldUntil } }: { standing: Standing }) {
  const now = useNow();
  const offset = useLive((state) => state.serverOffset);
  const isHeld = heldUntil !== null && Date.parse(heldUntil) > now + offset;
  return (
    <>
      <Fact name="Stage">
        <span className="tag" data-tone={stageLook(stage).tone}>
          <span aria-hidden="true">{stageLook(stage).glyph}</span> {stage}
        </span>{" "}
        {stage === "canary" && `for ${percent} % of ${cohort === "" ? "all users" : `the ${cohort} users`}; your place is ${bucket} of 100`}
      </Fact>
      {by !== "" && (
        <Fact name="Moved">
          by {by}
          {changedAt !== null && `, ${clock(Date.parse(changedAt), localZone())}`}
          {reason !== "" && `: ${reason}`}
        </Fact>
      )}
      {isHeld && <Fact name="Kept back">until {clock(Date.parse(heldUntil), localZone())}: the watch took it back</Fact>}
    </>
  );
}

function SourceFact({ decision, since }: { decision: Decision; since: number | undefined }) {
  return (
    <Fact name="Source">
      <span className={decision.label === "REST (Fallback)" ? "fallback" : ""}>{decision.label}</span>
      {since !== undefined && ` since ${clock(since, localZone())}`}, {decision.reason === "stage" ? "as its stage says" : whyFallback(decision)}
    </Fact>
  );
}

function TrafficFacts({ traffic, every }: { traffic: Traffic; every: number }) {
  const now = useNow();
  const isReplay = useLive((state) => state.replay !== null);
  const { messages, lastAt, cadence, lag, equal, different, ignored } = traffic;
  return (
    <>
      <Fact name="Messages">
        {whole(messages)}
        {lastAt !== null && `, the last ${age(now - lastAt)}${now - lastAt < 1000 ? "" : " ago"}`}
      </Fact>
      <Fact name="Cadence">
        {cadence === null ? NOTHING : `one run each ${span(cadence)}`}; its job is set to {span(every * 1000)}
      </Fact>
      <Fact name="Lag">{lag === null || isReplay ? NOTHING : span(lag)}</Fact>
      <Fact name="Compared">
        {whole(equal)} equal, <span className={different > 0 ? "differs" : ""}>{whole(different)} different</span>, {whole(ignored)} ignored by rule
      </Fact>
    </>
  );
}

function LastDifference({ difference: { topic, cursor, mismatches, socket, rest, at } }: { difference: Difference }) {
  return (
    <div className="difference">
      <p className="differs">
        ≠ Last difference: <span className="n">{topic}</span> at <span className="n">{cursor}</span>, {clock(at, localZone())}
      </p>
      <table className="monitor-table">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">REST</th>
            <th scope="col">Socket</th>
          </tr>
        </thead>
        <tbody>
          {mismatches.map(({ field, ...sides }) => (
            <tr key={field}>
              <th scope="row" className="n">
                {field}
              </th>
              <td className="n">{said(sides.rest)}</td>
              <td className="n">{said(sides.socket)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="payloads">
        <Payload name="REST" value={rest} />
        <Payload name="Socket" value={socket} />
      </div>
    </div>
  );
}

function Payload({ name, value }: { name: string; value: unknown }) {
  return (
    <figure>
      <figcaption>{name}</figcaption>
      <pre className="n" tabIndex={0} aria-label={`What ${name} said`}>
        {JSON.stringify(value, null, 1)}
      </pre>
    </figure>
  );
}
