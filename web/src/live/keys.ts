/** Whether a key belongs to a field or carries a modifier, so that single-letter keys must keep out of it. */
export function typing(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target as HTMLElement | null;
  return target !== null && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

/** Whether a dialog is open over the page: then the page's keys rest. One that is fading away is not. */
export function dialogOpen(): boolean {
  return (
    document.querySelector(
      'dialog[open], .el-overlay:not([style*="display: none"]):not([class*="leave-active"]) [role="dialog"]',
    ) !== null
  );
}
