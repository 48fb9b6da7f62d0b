/** The door: a name and a password, or a one-time link that opens by itself. */
import { useEffect, useRef, useState, type FormEvent } from "react";

import { ApiError } from "@/services/api";
import type { User } from "@/services/rest-contract";

import { signIn, signInByLink, tokenIn } from "../session";
import "./sign-in.css";

interface SignInPageProps {
  /** Why the user is here, if it was not by choice. */
  reason: string | null;
  onSignedIn: (user: User) => void;
}

export function SignInPage({ reason, onSignedIn }: SignInPageProps) {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const enter = async (attempt: () => Promise<User>): Promise<void> => {
    setBusy(true);
    setFault(null);
    try {
      onSignedIn(await attempt());
    } catch (error) {
      setFault(wordsOf(error));
      setBusy(false);
    }
  };
  useLinkInFragment((token) => void enter(() => signInByLink(token)));
  return (
    <main className="door">
      <form className="door-card" onSubmit={(event) => void submit(event, enter)} aria-busy={isBusy}>
        <h1 className="brand">THOR</h1>
        <p className="mute">{reason ?? "Sign in to your desk."}</p>
        <label>
          <span>User name</span>
          <input name="username" autoComplete="username" required autoFocus />
        </label>
        <label>
          <span>Password</span>
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {fault && (
          <p className="door-fault" role="alert">
            <span aria-hidden="true">△</span> {fault}
          </p>
        )}
        <button type="submit" className="door-button" disabled={isBusy}>
          {isBusy ? "Signing in…" : "Sign in"}
        </button>
        <p className="door-hint">
          On this machine the terminal prints a one-time link. Opened here, it signs you in without a password.
        </p>
      </form>
    </main>
  );
}

async function submit(event: FormEvent<HTMLFormElement>, enter: (attempt: () => Promise<User>) => Promise<void>) {
  event.preventDefault();
  const form = new FormData(event.currentTarget);
  const given = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
  await enter(() => signIn(given("username"), given("password")));
}

/** The link's secret leaves the address at once: it must not stay in the history. It works once, so it is tried once. */
function useLinkInFragment(onToken: (token: string) => void): void {
  const used = useRef(false);
  useEffect(() => {
    const take = (): void => {
      const token = tokenIn(location.hash);
      if (token === null || used.current) return;
      used.current = true;
      history.replaceState(null, "", location.pathname);
      onToken(token);
    };
    take();
    const again = (): void => {
      used.current = false;
      take();
    };
    addEventListener("hashchange", again);
    return () => removeEventListener("hashchange", again);
  });
}

const wordsOf = (error: unknown): string => (error instanceof ApiError ? error.detail : "Signing in did not work.");
