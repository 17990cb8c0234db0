import { Monitor, Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { useTheme } from "./theme.ts";

const looks = {
  system: { name: "as the system", icon: Monitor, next: "light" },
  light: { name: "light", icon: Sun, next: "dark" },
  dark: { name: "dark", icon: Moon, next: "system" },
} as const;

/** Goes from one theme to the next. */
export function ThemeButton(): ReactNode {
  const [theme, setTheme] = useTheme();
  const { name, icon: Icon, next } = looks[theme];
  const label = `Theme: ${name}`;
  return (
    <Button
      variant="quiet"
      size="small"
      aria-label={label}
      title={label}
      onClick={() => setTheme(next)}
    >
      <Icon aria-hidden />
    </Button>
  );
}
