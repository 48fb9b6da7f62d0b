/** One feature, read from left to right: what it is, where it stands, what proves it, what is missing, what you can do. */
import { Fragment } from "react";

import { fixed, NOTHING, whole } from "@/format/figures";
import { age, clock, countdown, localZone } from "@/format/times";
import { useNow } from "@/hooks/useNow";
import type { ConsoleFeature } from "@/services/contract.gen";
import { trafficOf, useLive } from "@/stores/live";

import { stepsOf, type Step } from "../steps";
import { Checklist } from "./Checklist";
import { SessionSquares } from "./SessionSquares";
import { StageLine } from "./StageLine";

interface FeatureRowProps {
  feature: ConsoleFeature;
  dashboards: number;
  onStep: (step: Step) => void;
}

export function FeatureRow({ feature, dashboards, onStep }: FeatureRowProps) {
  return (
    <li className="console-row" aria-label={feature.feature} data-feature={feature.feature}>
      <div className="console-what">
        <h3>{feature.feature}</h3>
        <p className="mute n console-path" title={`${feature.flag}${feature.flag_value === "" ? " is not set" : `=${feature.flag_value}`}`}>
          {feature.rest.split(/(?<=\/)/).map((part, index) => (
            <Fragment key={index}>
              {part}
              <wbr />
            </Fragment>
          ))}
        </p>
      </div>
      <div className="console-stands">
        <StageLine feature={feature} />
        <Standing feature={feature} dashboards={dashboards} />
      </div>
      <div className="console-proof">
        <SessionSquares squares={feature.squares} of={feature.feature} />
        <Checklist lines={feature.lines} of={feature.feature} />
      </div>
      <Missing feature={feature} />
      <Steps feature={feature} onStep={onStep} />
    </li>
  );
}

const SHOWN: Readonly<Record<string, { glyph: string; tone: string; words: string }>> = {
  WS: { glyph: "●", tone: "socket", words: "WebSocket" },
  REST: { glyph: "○", tone: "rest", words: "REST" },
  transitioning: { glyph: "◐", tone: "rest", words: "REST, and WebSocket for some" },
};

function Standing({ feature, dashboards }: Omit<FeatureRowProps, "onStep">) {
  const shown = SHOWN[feature.shows] ?? { glyph: "?", tone: "rest", words: feature.shows };
  return (
    <dl className="console-facts">
      <div>
        <dt>Shows</dt>
        <dd>
          <span className="source" data-tone={shown.tone}>
            <span className="source-glyph" aria-hidden="true">
              {shown.glyph}
            </span>
            {shown.words}
          </span>
          {feature.stage === "canary" && (
            <span className="n">
              {whole(feature.members)} of {whole(dashboards)}
            </span>
          )}
        </dd>
      </div>
      <div>
        <dt>Timer</dt>
        <dd>{feature.rest_timer}</dd>
      </div>
      <div>
        <dt>Message</dt>
        <dd>
          <Arriving feature={feature} />
        </dd>
      </div>
      {feature.samples > 0 && (
        <div>
          <dt>Browsers</dt>
          <dd className={feature.sample_mismatches > 0 ? "warn" : ""}>
            {whole(feature.samples)} compared, {whole(feature.sample_mismatches)} differ
          </dd>
        </div>
      )}
      <div>
        <dt>Since</dt>
        <dd>
          <Moved feature={feature} />
        </dd>
      </div>
    </dl>
  );
}

/** How this browser hears the feature; the probe's lag beside it. */
function Arriving({ feature }: { feature: ConsoleFeature }) {
  const now = useNow();
  const traffic = useLive((state) => state.traffic[feature.feature]) ?? trafficOf({ traffic: {} }, feature.feature);
  const last = traffic.lastAt === null ? "none yet" : `${age(now - traffic.lastAt)}${now - traffic.lastAt < 1000 ? "" : " ago"}`;
  const each = traffic.cadence === null ? NOTHING : `${fixed(traffic.cadence / 1000, 1)} s`;
  return (
    <span className="facts-figures" title={`Here: ${whole(traffic.messages)} messages; the probe: ${whole(feature.frames)}. Its job is set to ${feature.every} s.`}>
      {last} · each {each} · lag {feature.lag_ms === null ? NOTHING : `${whole(feature.lag_ms)} ms`}
    </span>
  );
}

function Moved({ feature: { changed_at, by, source, flag } }: { feature: ConsoleFeature }) {
  if (source === "environment") return <span className="warn">pinned by {flag}=false</span>;
  if (changed_at === null) return <>the beginning</>;
  return (
    <>
      <When at={changed_at} /> by {by}
    </>
  );
}

/** A moment: its time today, else its date. */
export function When({ at }: { at: string }) {
  const now = useNow();
  const ms = Date.parse(at);
  const isToday = new Date(ms).toDateString() === new Date(now).toDateString();
  return (
    <time className="n" dateTime={at} title={at}>
      {isToday ? clock(ms, localZone()) : at.slice(5, 16).replace("T", " ")}
    </time>
  );
}

function Missing({ feature }: { feature: ConsoleFeature }) {
  return (
    <div className="console-missing">
      <Held until={feature.held_until} />
      {feature.ready ? (
        <p>
          <span className="pass" aria-hidden="true">
            ✓
          </span>{" "}
          <b>ready</b>: next step {feature.next_stage}
        </p>
      ) : (
        <Lacking missing={feature.missing} />
      )}
      {!feature.is_fresh && <p className="warn">△ its job is late</p>}
      {feature.sign_offs.length > 0 && <p>signed off by {feature.sign_offs.join(", ")}</p>}
      {feature.sunset_at !== null && feature.stage === "sunset" && <p>REST is announced to end on {feature.sunset_at.slice(0, 10)}</p>}
      <Callers callers={feature.callers} />
      {feature.reason !== "" && <p className="console-why">“{feature.reason}”</p>}
    </div>
  );
}

const GRAVEST = 3;

/** The gravest of what is missing; the rest when asked for. */
function Lacking({ missing }: { missing: readonly string[] }) {
  const rest = missing.slice(GRAVEST);
  return (
    <>
      <Items items={missing.slice(0, GRAVEST)} />
      {rest.length > 0 && (
        <details>
          <summary>and {rest.length} more</summary>
          <Items items={rest} />
        </details>
      )}
    </>
  );
}

const Items = ({ items }: { items: readonly string[] }) => (
  <ul>
    {items.map((words) => (
      <li key={words}>{words}</li>
    ))}
  </ul>
);

/** Programs that still read by REST. */
function Callers({ callers }: Pick<ConsoleFeature, "callers">) {
  const now = useNow();
  const offset = useLive((state) => state.serverOffset);
  if (callers.length === 0) return null;
  return (
    <details className="console-callers">
      <summary>
        {callers.length === 1 ? "1 program still calls" : `${callers.length} programs still call`}
      </summary>
      <ul>
        {callers.map(({ username, agent, credential, calls, last_at }) => (
          <li key={`${username} ${agent} ${credential}`}>
            {username}, {agent} ({credential}): {whole(calls)} calls, the last {age(now + offset - Date.parse(last_at))} ago
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The watch took it back: how long it stays. */
function Held({ until }: { until: string | null }) {
  const now = useNow();
  const offset = useLive((state) => state.serverOffset);
  if (until === null) return null;
  const left = Date.parse(until) - (now + offset);
  if (left <= 0) return null;
  return (
    <p className="console-held">
      <span aria-hidden="true">❄</span> cooling down, still <b className="n">{countdown(left / 1000)}</b>
    </p>
  );
}

function Steps({ feature, onStep }: Pick<FeatureRowProps, "feature" | "onStep">) {
  return (
    <div className="console-steps">
      {stepsOf(feature.stage).map((step) => (
        <button
          key={step.label}
          type="button"
          className="button console-step"
          data-act={step.act}
          data-ready={step.act === "advance" && feature.ready}
          aria-label={`${step.label}: ${feature.feature}`}
          onClick={() => onStep(step)}
        >
          {step.act === "advance" ? "Advance" : step.label}
        </button>
      ))}
    </div>
  );
}
