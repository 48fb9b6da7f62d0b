/** The tokens' colours as the canvas needs them: the browser resolves a variable, themes included, to rgb. */

const NAMES = ["panel", "line", "text", "mute", "faint", "accent", "up", "down", "warn"] as const;

export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

export function paletteOf(element: HTMLElement): Palette {
  const probe = document.createElement("span");
  element.append(probe);
  const colours = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(colours) as Palette;
}

/** `rgb(1, 2, 3)` with an alpha. */
export const faded = (colour: string, alpha: number): string =>
  colour.replace(/^rgb\(([^)]+)\)$/, (_, parts: string) => `rgba(${parts}, ${alpha})`);
