/** The venues' status: a row for each venue, pushed on `markets.{mic}`. */
import { marketStatus } from "@/services/contract";
import { parseCursor } from "@/services/readings";
import { readPlaced } from "@/services/rest-contract";
import { readingOf, registerSlot } from "@/services/slots";

registerSlot({
  name: "global_market",
  feature: "global_market",
  scope: [],
  topics: () => [],
  path: () => "/api/markets/status/",
  accept: (frame) =>
    frame.type === "market_status" ? { scope: {}, reading: readingOf(frame, frame.data) } : null,
  read: (answer) =>
    readPlaced(marketStatus, answer.body, "market status").map(({ payload, place }) => ({
      topic: place.topic,
      row: place.topic,
      cursor: parseCursor(place.cursor),
      asOf: payload.timestamp,
      payload,
      rank: 0,
    })),
});
