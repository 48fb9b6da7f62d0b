/** What each key does. */
import { Dialog } from "@/components/ui/Dialog";

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["/"], "show a symbol"],
  [["1", "…", "9"], "show that symbol of the watchlist"],
  [["j", "k"], "down and up in the positions"],
  [["Enter"], "show the position under the cursor"],
  [["m"], "the markets' day; in the strip the arrows go from venue to venue"],
  [["t"], "change between dark and light"],
  [["?"], "this list"],
  [["Esc"], "close, or let go"],
];

export function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        {KEYS.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
