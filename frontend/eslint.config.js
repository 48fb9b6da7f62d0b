/** The house rules for the desk: types without `any`, and which folder may know which. */
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const LAYERS = ["config", "format", "services", "stores", "hooks", "components", "features", "app"];
const MAY_KNOW = {
  config: [],
  format: [],
  services: ["config", "stores"],
  stores: ["services"],
  hooks: ["config", "format", "services", "stores"],
  components: ["config", "format", "services", "stores", "hooks"],
  features: ["config", "format", "services", "stores", "hooks", "components"],
};
const FEATURES = ["account", "positions", "bars", "markets", "session", "cutover"];

const OUT = { regex: "^\\.\\./\\.\\./", message: "Reach other folders by @/…, not by climbing." };
const forbid = (patterns) => ({ "no-restricted-imports": ["error", { patterns: [OUT, ...patterns] }] });

const zones = Object.entries(MAY_KNOW).map(([layer, known]) => ({
  files: [`src/${layer}/**/*.{ts,tsx}`],
  ignores: ["**/*.test.{ts,tsx}"],
  rules: forbid(
    LAYERS.filter((other) => other !== layer && !known.includes(other)).map((other) => ({
      regex: `^(@|\\.\\.)/${other}(/|$)`,
      message: `${layer} must not know ${other}.`,
    })),
  ),
}));

const features = FEATURES.map((name) => ({
  files: [`src/features/${name}/**/*.{ts,tsx}`],
  rules: forbid([
    { regex: "^@/app(/|$)", message: "A feature must not know the app." },
    { regex: `^@/features/(?!${name}/)`, message: "Features do not know each other." },
  ]),
}));

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/services/contract.gen.ts"] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "no-console": "error",
      eqeqeq: "error",
      "max-lines": ["error", 260],
    },
  },
  ...zones,
  ...features,
  { files: ["**/*.test.{ts,tsx}"], rules: { "max-lines": ["error", 400] } },
  { files: ["*.js"], ...tseslint.configs.disableTypeChecked },
);
