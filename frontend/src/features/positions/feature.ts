/** What an account holds: one row with all positions, pushed on `positions.{account_id}`. */
import { checked, positions } from "@/services/contract";
import { parseCursor } from "@/services/readings";
import { readingOf, registerSlot, type Scope } from "@/services/slots";

const topicOf = (scope: Scope): string => `positions.${scope.account_id ?? ""}`;

registerSlot({
  name: "positions",
  feature: "positions",
  scope: ["account_id"],
  topics: (scope) => [topicOf(scope)],
  path: (scope) => `/api/accounts/${scope.account_id ?? ""}/positions/`,
  accept: (frame) =>
    frame.type === "positions"
      ? { scope: { account_id: frame.data.account_id }, reading: readingOf(frame, frame.data) }
      : null,
  read: (answer, scope) => {
    const payload = checked(positions, answer.body, "positions");
    const topic = topicOf(scope);
    const asOf = answer.asOf ?? payload.timestamp;
    return [{ topic, row: topic, cursor: parseCursor(answer.etag), asOf, payload, rank: 0 }];
  },
});
