import { expect, it } from "vitest";

import { guessesFrom, socketUrl } from "./env";

it("reads the guesses of the build, and nothing else", () => {
  const env = { VITE_WS_FEATURE_POSITIONS: "true", VITE_WS_FEATURE_ACCOUNT_BALANCE: "False", VITE_WS_FEATURE_INTRADAY: " 1 ", MODE: "test" };
  expect(guessesFrom(env)).toEqual({ positions: true, account_balance: false, intraday: true });
});

it("finds the socket beside the page", () => {
  expect(socketUrl({ protocol: "http:", host: "127.0.0.1:8000" })).toBe("ws://127.0.0.1:8000/ws/?subscribe=manual");
  expect(socketUrl({ protocol: "https:", host: "thor.example" })).toBe("wss://thor.example/ws/?subscribe=manual");
});
