/** The shadow monitor: for each feature its stage, the source in use, and how what was pushed compares with REST. */
import { useState } from "react";

import { NOTHING, whole } from "@/format/figures";
import { age, clock, localZone, span } from "@/format/times";
import { useNow } from "@/hooks/useNow";
import { trafficOf, useLive, type Decision, type Difference, type Note, type Standing, type Traffic } from "@/stores/live";

import { SourceDialog } from "./SourceDialog";
import { said, stageLook, titleOf, whyFallback } from "./sources";
import { Panel } from "./ui/Panel";
import { Empty } from "./ui/states";
import "./monitor.css";

export function WebSocketShadowMonitor() {
  const [opened, setOpened] = useState<string | null>(null);
  const standings = useLive((state) => state.standings);
  const features = Object.entries(standings);
  return (
    <Panel title="Data sources" className="monitor" corner={<span className="mute monitor-hint">shadow monitor</span>}>
      {features.length === 0 ? (
        <Empty title="No feature is known yet">The server tells them when the socket opens.</Empty>
      ) : (
        <div className="monitor-scroll" role="region" aria-label="Data sources, scrollable" tabIndex={0}>
          <table className="monitor-table">
            <thead>
              <tr>
                <th scope="col">Feature</th>
                <th scope="col">Stage</th>
                <th scope="col">Source</th>
                <th scope="col" title="Messages by the socket">
                  Msgs
                </th>
                <th scope="col" title="Time between two runs of messages; what its job is set to stands in each row's hint">
                  Each
                </th>
                <th scope="col" title="Equal of those that both sides told of the same moment">
                  Equal
                </th>
                <th scope="col" title="From the moment that a message describes to its arrival">
                  Lag
                </th>
                <th scope="col">Last</th>
              </tr>
            </thead>
            <tbody>
              {features.map(([feature, standing]) => (
                <Row key={feature} feature={feature} standing={standing} onOpen={() => setOpened(feature)} />
              ))}
            </tbody>
          </table>
          <Fallbacks />
          <Differences onOpen={setOpened} />
          <Strangers />
        </div>
      )}
      <Log />
      {opened !== null && <SourceDialog feature={opened} onClose={() => setOpened(null)} />}
    </Panel>
  );
}

interface RowProps {
  feature: string;
  standing: Standing;
  onOpen: () => void;
}

function Row({ feature, standing, onOpen }: RowProps) {
  const now = useNow();
  const decision = useLive((state) => state.decisions[feature]);
  const isReplay = useLive((state) => state.replay !== null);
  const traffic = useLive((state) => state.traffic[feature]) ?? trafficOf({ traffic: {} }, feature);
  return (
    <tr>
      <th scope="row">
        <button type="button" className="monitor-open" aria-haspopup="dialog" onClick={onOpen}>
          {titleOf(feature)}
        </button>
      </th>
      <td>
        <Stage standing={standing} />
      </td>
      <td>
        <SourceWord decision={decision} />
      </td>
      <td className="n">{whole(traffic.messages)}</td>
      <td className="n" title={`Its job runs every ${standing.every} s`}>
        {traffic.cadence === null ? NOTHING : span(traffic.cadence)}
      </td>
      <td className="n">
        <Compared traffic={traffic} />
      </td>
      <td className="n">{traffic.lag === null || isReplay ? NOTHING : span(traffic.lag)}</td>
      <td className="n">{traffic.lastAt === null ? NOTHING : age(now - traffic.lastAt)}</td>
    </tr>
  );
}

function Stage({ standing: { stage, percent } }: { standing: Standing }) {
  const look = stageLook(stage);
  return (
    <span className="tag" data-tone={look.tone}>
      <span aria-hidden="true">{look.glyph}</span> {stage}
      {stage === "canary" && ` ${percent} %`}
    </span>
  );
}

function SourceWord({ decision }: { decision: Decision | undefined }) {
  if (!decision) return <span className="mute">{NOTHING}</span>;
  if (decision.label === "REST (Fallback)") {
    return (
      <span className="fallback" title={whyFallback(decision)}>
        △ REST
      </span>
    );
  }
  return decision.source === "WebSocket" ? "Socket" : "REST";
}

function Compared({ traffic: { equal, different, ignored } }: { traffic: Traffic }) {
  const all = equal + different + ignored;
  if (all === 0) return NOTHING;
  if (different === 0) return <span title={`${ignored} of ${all} ignored by rule`}>{whole(equal)}</span>;
  return (
    <span className="differs" title={`${different} of ${all} differ, ${ignored} ignored by rule`}>
      ≠ {whole(equal)}/{whole(all)}
    </span>
  );
}

/** Which features read REST only because the socket cannot be relied on: since when, and why. */
function Fallbacks() {
  const decisions = useLive((state) => state.decisions);
  const since = useLive((state) => state.sourceSince);
  const fallen = Object.entries(decisions).filter(([, { label }]) => label === "REST (Fallback)");
  return fallen.map(([feature, decision]) => (
    <p key={feature} className="monitor-line fallback">
      △ {titleOf(feature)}: REST since <span className="n">{clock(since[feature] ?? NaN, localZone())}</span>, {whyFallback(decision)}
    </p>
  ));
}

function Differences({ onOpen }: { onOpen: (feature: string) => void }) {
  const traffic = useLive((state) => state.traffic);
  const all = Object.entries(traffic);
  const last = all
    .flatMap(([feature, { lastDifference }]) => (lastDifference ? [{ feature, difference: lastDifference }] : []))
    .sort((a, b) => b.difference.at - a.difference.at)[0];
  const compared = all.reduce((sum, [, one]) => sum + one.equal + one.different + one.ignored, 0);
  if (last) return <LastDifference difference={last.difference} onOpen={() => onOpen(last.feature)} />;
  return (
    <p className="monitor-line">
      {compared === 0 ? "Nothing to compare yet: only what both sources tell is." : "No difference between socket and REST."}
    </p>
  );
}

function LastDifference({ difference: { topic, mismatches, at }, onOpen }: { difference: Difference; onOpen: () => void }) {
  const [first] = mismatches;
  if (!first) return null;
  return (
    <p className="monitor-line differs">
      Last difference: {topic}, {first.field}: socket <b className="n">{cut(said(first.socket))}</b>, REST <b className="n">{cut(said(first.rest))}</b>
      {mismatches.length > 1 && ` and ${mismatches.length - 1} more`}, at {clock(at, localZone())}{" "}
      <button type="button" className="monitor-full" onClick={onOpen}>
        in full
      </button>
    </p>
  );
}

const LONGEST = 40;

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** Types that this desk does not know, and frames that could not be read: counted, and harmless. */
function Strangers() {
  const types = useLive((state) => state.unknownTypes);
  const broken = useLive((state) => state.brokenFrames);
  const names = Object.entries(types).map(([type, count]) => `${type} × ${count}`);
  if (broken > 0) names.push(`unreadable × ${broken}`);
  return names.length === 0 ? null : <p className="monitor-line">Left aside, harmless: {names.join(", ")}</p>;
}

const TONES: Readonly<Record<Note["tone"], string>> = { good: "✓", plain: "·", warn: "△", bad: "≠" };

/** What happened to the connection and the sources, newest first; read out politely. */
function Log() {
  const notes = useLive((state) => state.notes);
  return (
    <div className="log" role="log" aria-live="polite" aria-label="What happened" tabIndex={0}>
      <ul>
        {notes.map(({ id, at, tone, text }) => (
          <li key={id} data-tone={tone}>
            <time className="n">{clock(at, localZone())}</time>
            <span aria-hidden="true">{TONES[tone]}</span>
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
