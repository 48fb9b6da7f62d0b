/** The shadow monitor: for each feature its stage, the source in use, and how what was pushed compares with REST. */
import { fixed, NOTHING, whole } from "@/format/figures";
import { age, clock, localZone } from "@/format/times";
import { useNow } from "@/hooks/useNow";
import { trafficOf, useLive, type Decision, type Difference, type Note, type Standing, type Traffic } from "@/stores/live";

import { Panel } from "./ui/Panel";
import { Empty } from "./ui/states";
import "./monitor.css";

const TITLES: Readonly<Record<string, string>> = {
  account_balance: "Balance",
  positions: "Positions",
  intraday: "Bars",
  global_market: "Markets",
};

const titleOf = (feature: string): string => TITLES[feature] ?? feature.replaceAll("_", " ");

const STAGES: Readonly<Record<string, { glyph: string; tone: string }>> = {
  off: { glyph: "◌", tone: "off" },
  shadow: { glyph: "○", tone: "shadow" },
  canary: { glyph: "◐", tone: "canary" },
  live: { glyph: "●", tone: "live" },
  sunset: { glyph: "◓", tone: "live" },
  retired: { glyph: "◉", tone: "live" },
};

export function WebSocketShadowMonitor() {
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
                <Row key={feature} feature={feature} standing={standing} />
              ))}
            </tbody>
          </table>
          <Differences />
          <Strangers />
        </div>
      )}
      <Log />
    </Panel>
  );
}

function Row({ feature, standing }: { feature: string; standing: Standing }) {
  const now = useNow();
  const decision = useLive((state) => state.decisions[feature]);
  const isReplay = useLive((state) => state.replay !== null);
  const traffic = useLive((state) => state.traffic[feature]) ?? trafficOf({ traffic: {} }, feature);
  return (
    <tr>
      <th scope="row">{titleOf(feature)}</th>
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

const span = (ms: number): string => (ms < 1000 ? `${whole(ms)} ms` : ms < 60_000 ? `${fixed(ms / 1000, 1)} s` : age(ms));

function Stage({ standing: { stage, percent } }: { standing: Standing }) {
  const look = STAGES[stage] ?? { glyph: "?", tone: "off" };
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
      <span className="fallback" title={decision.reason === "stale" ? "Its job is late" : "The socket is gone"}>
        △ REST
      </span>
    );
  }
  return decision.source === "WebSocket" ? "Socket" : "REST";
}

function Compared({ traffic: { equal, different } }: { traffic: Traffic }) {
  if (equal + different === 0) return NOTHING;
  if (different === 0) return whole(equal);
  return (
    <span className="differs" title={`${different} of ${equal + different} differ`}>
      ≠ {whole(equal)}/{whole(equal + different)}
    </span>
  );
}

function Differences() {
  const traffic = useLive((state) => state.traffic);
  const all = Object.values(traffic);
  const last = all.flatMap((one) => (one.lastDifference ? [one.lastDifference] : [])).sort((a, b) => b.at - a.at)[0];
  const compared = all.reduce((sum, one) => sum + one.equal + one.different, 0);
  if (last) return <LastDifference difference={last} />;
  return (
    <p className="monitor-line">
      {compared === 0 ? "Nothing to compare yet: only what both sources tell is." : "No difference between socket and REST."}
    </p>
  );
}

function LastDifference({ difference: { topic, mismatches, at } }: { difference: Difference }) {
  const [first] = mismatches;
  if (!first) return null;
  return (
    <p className="monitor-line differs">
      Last difference: {topic}, {first.field}: socket <b className="n">{shown(first.socket)}</b>, REST <b className="n">{shown(first.rest)}</b>
      {mismatches.length > 1 && ` and ${mismatches.length - 1} more`}, at {clock(at, localZone())}
    </p>
  );
}

const LONGEST = 40;

/** A value as JSON, cut; undefined where that side has no such field. */
function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

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
