/** The console: every feature as a sentence on the left; the last change, the mismatches and the history on the right. */
import { useState } from "react";

import { Panel } from "@/components/ui/Panel";
import { Empty, Fault, Skeleton } from "@/components/ui/states";
import { age } from "@/format/times";
import type { ConsoleFeature, ConsolePayload } from "@/services/contract.gen";

import type { Step } from "../steps";
import { useSilence, type Told } from "../useConsole";
import "./console.css";
import { FeatureRow } from "./FeatureRow";
import { History } from "./History";
import { LastChange } from "./LastChange";
import { Mismatches } from "./Mismatches";
import { StepDialog } from "./StepDialog";

interface ConsoleProps {
  told: Told<"console">;
  answers: Told<"answers">;
}

export function Console({ told, answers }: ConsoleProps) {
  const { payload } = told;
  const [asked, setAsked] = useState<{ feature: string; step: Step } | null>(null);
  const [said, setSaid] = useState("");
  const feature = payload?.features.find((one) => one.feature === asked?.feature);
  const dashboards = answers.payload?.dashboards ?? payload?.dashboards ?? 0;
  return (
    <>
      <p className="sr-only" role="status">
        {said}
      </p>
      <div className="console-left">
        <Problems payload={payload} />
        <Panel title={payload ? sentence(payload.overall) : "Cutover"} className="console-features" data={told} aside={payload && <Readers features={payload.features} />}>
          <Features told={told} dashboards={dashboards} onStep={(one, step) => setAsked({ feature: one.feature, step })} />
        </Panel>
      </div>
      <div className="console-right">
        <LastChange answers={answers} moves={payload?.moves ?? null} />
        <Mismatches payload={payload} />
        <History moves={payload?.moves ?? null} />
      </div>
      {asked && feature && (
        <StepDialog
          step={asked.step}
          feature={feature}
          dashboards={dashboards}
          onClose={() => setAsked(null)}
          onDone={(words) => {
            setSaid(words);
            setAsked(null);
          }}
        />
      )}
    </>
  );
}

/** "PARTIAL CUTOVER" as a panel's title. */
const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();

function Readers({ features }: { features: readonly ConsoleFeature[] }) {
  const pushed = features.filter(({ shows }) => shows !== "REST").length;
  return (
    <span className="mute console-readers">
      {pushed} of {features.length} features read from the socket
    </span>
  );
}

interface FeaturesProps {
  told: Told<"console">;
  dashboards: number;
  onStep: (feature: ConsoleFeature, step: Step) => void;
}

function Features({ told: { payload, state, error }, dashboards, onStep }: FeaturesProps) {
  if (state === "loading") return <Skeleton lines={12} label="The console is loading" />;
  if (payload === null) return <Fault title="The console cannot be shown" detail={`${error ?? ""} It is asked for again every five seconds.`} />;
  if (payload.features.length === 0) return <Empty title="No feature has a plan">Nothing can be cut over. See the integration guide.</Empty>;
  return (
    <div className="console-scroll">
      <div className="console-heads" aria-hidden="true">
        <span>What it is</span>
        <span>Where it stands</span>
        <span>What proves it</span>
        <span>What is missing</span>
        <span>What you can do</span>
      </div>
      <ul className="console-rows">
        {payload.features.map((feature) => (
          <FeatureRow key={feature.feature} feature={feature} dashboards={dashboards} onStep={(step) => onStep(feature, step)} />
        ))}
      </ul>
    </div>
  );
}

/** What is wrong with the whole, in words, above everything. */
function Problems({ payload }: { payload: ConsolePayload | null }) {
  const silent = useSilence();
  const problems = [
    ...(silent === null ? [] : [`No heartbeat for ${age(silent)}: no job runs, and nothing below is being looked at.`]),
    ...(payload?.problems ?? []),
    ...(payload?.processes ?? []).filter(({ differs }) => differs !== "").map(({ name, differs }) => `${name}: ${differs}`),
  ];
  if (problems.length === 0) return null;
  return (
    <ul className="console-problems" role="alert" aria-label="Problems">
      {problems.map((words) => (
        <li key={words}>
          <span aria-hidden="true">△</span> {words}
        </li>
      ))}
    </ul>
  );
}
