/** Keeps a fault in one panel from taking the desk with it; offers the page anew. */
import { Component, type ReactNode } from "react";

import { Fault } from "./states";

interface BoundaryProps {
  /** What cannot be shown, as a sentence's subject. */
  what: string;
  children: ReactNode;
}

export class Boundary extends Component<BoundaryProps, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null };

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    const detail = `${fault.message} A newer version may have been installed; loading the page again shows it.`;
    return <Fault title={`${this.props.what} cannot be shown`} detail={detail} onRetry={() => location.reload()} />;
  }
}
