/** The stages as a line of stations, the present one marked. */
import type { ConsoleFeature } from "@/services/contract.gen";

import { placeOf, stageWords, STAGES } from "../steps";

export function StageLine({ feature }: { feature: Pick<ConsoleFeature, "stage" | "percent" | "cohort"> }) {
  const at = placeOf(feature.stage);
  return (
    <ol className="stages" aria-label={`Stage: ${stageWords(feature)}`}>
      {STAGES.map((stage, place) => (
        <li key={stage} data-passed={place <= at} aria-current={place === at ? "step" : undefined}>
          {stage}
          {place === at && stage === "canary" && <b className="n">{stageWords(feature).replace("canary ", "")}</b>}
        </li>
      ))}
    </ol>
  );
}
