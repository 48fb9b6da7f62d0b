/** What operators are told, held in the query cache: the socket's word and REST's go through the same guard. */
import type { QueryClient } from "@tanstack/react-query";

import { read } from "./api";
import { answersPayload, consolePayload, type OperatorsFrame } from "./console-contract";
import { checked } from "./contract";
import type { AnswersPayload, ConsolePayload } from "./contract.gen";
import { fold, parseCursor, type Reading, type Slot } from "./readings";
import { readingOf } from "./slots";

export interface OperatorsPayloads {
  console: ConsolePayload;
  answers: AnswersPayload;
}

export type OperatorsTopic = keyof OperatorsPayloads;

export const operatorsKey = (topic: OperatorsTopic) => ["operators", topic] as const;
export const operatorsPath = (topic: OperatorsTopic): string => `/api/cutover/${topic}/`;

/** A frame of one of the operators' topics. */
export function noteOperators(client: QueryClient, frame: OperatorsFrame, at: number): void {
  const reading: Reading<ConsolePayload | AnswersPayload> = readingOf(frame, frame.data);
  client.setQueryData<Slot<ConsolePayload | AnswersPayload>>(operatorsKey(frame.type), (held) => fold(held, [reading], { at, via: "socket" }));
}

/** Asks REST. Its word is of now, at the cursor that the topic stood at: only a later publication is newer. */
export async function readOperators<T extends OperatorsTopic>(client: QueryClient, topic: T): Promise<Slot<OperatorsPayloads[T]>> {
  type Held = Slot<OperatorsPayloads[T]>;
  const asked = Date.now();
  const answer = await read(operatorsPath(topic));
  const held = client.getQueryData<Held>(operatorsKey(topic));
  const arrival = { at: Date.now(), via: "rest", asked } as const;
  if (answer.kind !== "fresh") return fold(held, [], arrival);
  const payload = payloadOf(topic, answer.body);
  const reading = { topic, row: topic, cursor: parseCursor(answer.etag), asOf: answer.asOf ?? "", payload, rank: 0 };
  return isOvertaken(reading, held?.rows[topic]) && held ? held : fold(undefined, [reading], arrival);
}

const isOvertaken = ({ cursor }: Reading<unknown>, held: Reading<unknown> | undefined): boolean =>
  cursor !== null && held?.cursor?.epoch === cursor.epoch && held.cursor.offset > cursor.offset;

const SCHEMAS = { console: consolePayload, answers: answersPayload };

const payloadOf = <T extends OperatorsTopic>(topic: T, body: unknown): OperatorsPayloads[T] =>
  checked<ConsolePayload | AnswersPayload>(SCHEMAS[topic], body, topic) as OperatorsPayloads[T];
