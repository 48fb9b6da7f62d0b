/** An instrument's minutes and its VWAP: closed bars are events, the open bar and the VWAP are state. */
import { checked, intradayBar, vwapUpdate } from "@/services/contract";
import type { IntradayBarPayload } from "@/services/contract.gen";
import { parseCursor } from "@/services/readings";
import { readPlaced } from "@/services/rest-contract";
import { readingOf, registerSlot, type Scope } from "@/services/slots";

const part = (scope: Scope, field: string): string => String(scope[field] ?? "");
const named = (kind: string, scope: Scope): string => `${kind}.${part(scope, "country")}.${part(scope, "symbol")}`;
const asked = (scope: Scope): string =>
  new URLSearchParams({ symbol: part(scope, "symbol"), country: part(scope, "country") }).toString();

/** Bars fold by their minute, and a closed bar stands above the open one. */
const rankOf = (bar: IntradayBarPayload): number => (bar.closed ? 1 : 0);
/** REST does not say when the open bar last moved; a closed one is as of its end. */
const asOfBar = (bar: IntradayBarPayload): string =>
  bar.closed ? new Date(Date.parse(bar.timestamp_minute) + 60_000).toISOString() : "";
const minuteOf = (bar: IntradayBarPayload): string => new Date(bar.timestamp_minute).toISOString();

registerSlot({
  name: "intraday",
  feature: "intraday",
  scope: ["country", "symbol"],
  topics: (scope) => [named("bars", scope), named("bars_open", scope)],
  path: (scope) => `/api/intraday/?${asked(scope)}&limit=390`,
  accept: (frame) =>
    frame.type === "intraday_bar"
      ? {
          scope: { country: frame.data.country, symbol: frame.data.symbol },
          reading: readingOf(frame, frame.data, minuteOf(frame.data), rankOf(frame.data)),
        }
      : null,
  read: (answer) =>
    readPlaced(intradayBar, answer.body, "intraday").map(({ payload, place }) => ({
      topic: place.topic,
      row: minuteOf(payload),
      cursor: parseCursor(place.cursor),
      asOf: asOfBar(payload),
      payload,
      rank: rankOf(payload),
    })),
});

registerSlot({
  name: "vwap",
  feature: "intraday",
  scope: ["country", "symbol"],
  topics: (scope) => [named("vwap", scope)],
  path: (scope) => `/api/vwap/?${asked(scope)}`,
  accept: (frame) =>
    frame.type === "vwap_update"
      ? { scope: { country: frame.data.country, symbol: frame.data.symbol }, reading: readingOf(frame, frame.data) }
      : null,
  read: (answer, scope) => {
    const payload = checked(vwapUpdate, answer.body, "vwap");
    const topic = named("vwap", scope);
    const asOf = answer.asOf ?? payload.timestamp;
    return [{ topic, row: topic, cursor: parseCursor(answer.etag), asOf, payload, rank: 0 }];
  },
});
