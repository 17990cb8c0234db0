import { CircleHelp, Laptop, Smartphone, Tablet, Terminal } from "lucide-react";
import type { ReactNode } from "react";
import type { Device } from "./device.ts";

const icons = {
  computer: Laptop,
  phone: Smartphone,
  tablet: Tablet,
  program: Terminal,
  unknown: CircleHelp,
};

export function DeviceIcon({ kind }: Pick<Device, "kind">): ReactNode {
  const Icon = icons[kind];
  return <Icon aria-hidden />;
}
