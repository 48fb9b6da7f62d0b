/** A step, asked for once more: what will happen, the reason, and where the gate refuses, what is missing and the way past it. */
import { useState, type FormEvent } from "react";

import { Dialog } from "@/components/ui/Dialog";
import type { ConsoleFeature } from "@/services/contract.gen";

import { take, type Outcome } from "../post";
import { effectOf, stageWords, type Share, type Step } from "../steps";
import { lineName, lookOf } from "../verdicts";

interface StepDialogProps {
  step: Step;
  feature: ConsoleFeature;
  dashboards: number;
  onClose: () => void;
  /** It was done: in words. */
  onDone: (words: string) => void;
}

const LONGEST_REASON = 500;
const FIRST_SHARE = 10;
const WIDER = [25, 50, 100];

export function StepDialog({ step, feature, dashboards, onClose, onDone }: StepDialogProps) {
  const [reason, setReason] = useState("");
  const [share, setShare] = useState<Share>(() => shareFor(feature));
  const [version] = useState(feature.version);
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isSure, setSure] = useState(false);
  const force = outcome?.kind === "refused";
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy || reason.trim() === "" || (force && !isSure)) return;
    setBusy(true);
    const next = await take({ step, feature: feature.feature, reason, version, share, force });
    setBusy(false);
    setSure(false);
    if (next.kind === "done") onDone(doneWords(step, feature, share));
    else setOutcome(next);
  };
  return (
    <Dialog title={`${step.label}: ${feature.feature}`} className="step-dialog" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} aria-busy={isBusy}>
        <p className="step-from">
          It stands in <b>{stageWords(feature)}</b>.
        </p>
        <p>{effectOf(step, feature, share, dashboards)}</p>
        {feature.source === "environment" && (
          <p className="warn">
            △ {feature.flag}=false pins it to shadow: the record moves, dashboards follow when the flag is unset and the server started again.
          </p>
        )}
        {step.asksShare && <ShareFields share={share} onChange={setShare} />}
        <label className="field">
          <span>Why? Everybody reads it in the history.</span>
          <input data-first required maxLength={LONGEST_REASON} value={reason} autoComplete="off" onChange={(event) => setReason(event.target.value)} />
        </label>
        {outcome && <Answer outcome={outcome} isSure={isSure} onSure={setSure} />}
        <footer className="step-buttons">
          <button type="button" className="button" onClick={onClose}>
            Leave it
          </button>
          <button
            type="submit"
            className="button step-go"
            data-act={force ? "force" : step.act}
            disabled={isBusy || reason.trim() === "" || (force && !isSure) || outcome?.kind === "moved_on"}
          >
            {isBusy ? "Moving…" : force ? `Force: ${step.label.toLowerCase()}` : step.label}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

const shareFor = ({ stage, percent, cohort }: ConsoleFeature): Share => ({
  percent: stage === "canary" ? (WIDER.find((wider) => wider > percent) ?? 100) : FIRST_SHARE,
  cohort: stage === "canary" ? cohort : "",
});

const doneWords = (step: Step, { feature }: ConsoleFeature, share: Share): string =>
  step.act === "sign-off" ? `${feature}: signed off` : `${feature}: moved to ${stageWords({ stage: step.to, ...share })}`;

function ShareFields({ share, onChange }: { share: Share; onChange: (share: Share) => void }) {
  return (
    <div className="step-share">
      <label className="field">
        <span>Share of users, %</span>
        <input
          type="number"
          min={1}
          max={100}
          required
          value={share.percent}
          onChange={(event) => onChange({ ...share, percent: Math.round(Number(event.target.value)) })}
        />
      </label>
      <label className="field">
        <span>Of whom</span>
        <select value={share.cohort} onChange={(event) => onChange({ ...share, cohort: event.target.value })}>
          <option value="">all users</option>
          <option value="paper">paper accounts only</option>
          {share.cohort !== "" && share.cohort !== "paper" && <option value={share.cohort}>{share.cohort}</option>}
        </select>
      </label>
    </div>
  );
}

interface AnswerProps {
  outcome: Outcome;
  isSure: boolean;
  onSure: (isSure: boolean) => void;
}

function Answer({ outcome, isSure, onSure }: AnswerProps) {
  if (outcome.kind === "done") return null;
  if (outcome.kind === "moved_on") {
    return (
      <p className="step-answer" role="alert">
        △ It has moved on meanwhile: {outcome.detail} Close this, and look again.
      </p>
    );
  }
  if (outcome.kind === "failed") {
    return (
      <p className="step-answer" role="alert">
        △ {outcome.detail}
      </p>
    );
  }
  return (
    <div className="step-answer" role="alert">
      <p>✕ The gate refuses: {outcome.detail.split("\n", 1)}</p>
      <ul className="checklist">
        {outcome.lines.map((line) => {
          const look = lookOf(line.verdict);
          return (
            <li key={line.name} data-tone={look.tone}>
              <span className="check-glyph" aria-hidden="true">
                {look.glyph}
              </span>
              <span className="check-name">
                {lineName(line)} <span className="sr-only">{look.word}</span>
              </span>
              <span className="check-figure">{line.missing === "" ? line.figure : line.missing}</span>
            </li>
          );
        })}
      </ul>
      <label className="step-sure">
        <input type="checkbox" checked={isSure} onChange={(event) => onSure(event.target.checked)} />
        <span>I have read what is missing. Move it all the same; it is recorded as forced, with my name and reason.</span>
      </label>
    </div>
  );
}
