/** The browser's socket, without a network: the test is the server. */
import type { SocketLike } from "@/services/websocket";

export class FakeSocket implements SocketLike {
  readyState = 0;
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  /** What the client said, parsed. */
  readonly said: Record<string, unknown>[] = [];
  closedWith: number | null = null;
  onSaid: (frame: Record<string, unknown>) => void = () => undefined;

  constructor(readonly url: string) {}

  send(text: string): void {
    const frame = JSON.parse(text) as Record<string, unknown>;
    this.said.push(frame);
    this.onSaid(frame);
  }

  close(code = 1000): void {
    this.readyState = 3;
    this.closedWith = code;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.(new Event("open"));
  }

  /** The server says something; text goes as it is. */
  deliver(frame: object | string): void {
    const data = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.onmessage?.(new MessageEvent("message", { data }));
  }

  /** The server closes, or the line breaks (1006). */
  end(code: number): void {
    this.readyState = 3;
    this.onclose?.(new CloseEvent("close", { code }));
  }

  /** The topics of the frames of that type, in order, as they were asked for. */
  topics(type: "subscribe" | "unsubscribe"): unknown[] {
    return this.said.filter((frame) => frame.type === type).flatMap((frame) => frame.topics as unknown[]);
  }
}
