/** The balance of an account: one row, pushed on `balance.{account_id}`. */
import { accountBalance, checked } from "@/services/contract";
import { parseCursor } from "@/services/readings";
import { readingOf, registerSlot, type Scope } from "@/services/slots";

const topicOf = (scope: Scope): string => `balance.${scope.account_id ?? ""}`;

registerSlot({
  name: "account_balance",
  feature: "account_balance",
  scope: ["account_id"],
  topics: (scope) => [topicOf(scope)],
  path: (scope) => `/api/accounts/${scope.account_id ?? ""}/balance/`,
  accept: (frame) =>
    frame.type === "account_balance"
      ? { scope: { account_id: frame.data.account_id }, reading: readingOf(frame, frame.data) }
      : null,
  read: (answer, scope) => {
    const payload = checked(accountBalance, answer.body, "balance");
    const topic = topicOf(scope);
    const asOf = answer.asOf ?? payload.timestamp;
    return [{ topic, row: topic, cursor: parseCursor(answer.etag), asOf, payload, rank: 0 }];
  },
});
