import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface MenuItem {
  label: string;
  icon: string;
  disabled?: boolean;
  danger?: boolean;
  /** Begins a new group. */
  group?: boolean;
  action: () => void;
}

interface OpenMenu {
  label: string;
  anchor: HTMLElement;
  items: readonly MenuItem[];
}

const MARGIN = 8;
const opened = signal<OpenMenu | null>(null);

/** Opens the menu beside a button; a second time closes it. */
export function openMenu(anchor: HTMLElement, label: string, items: readonly MenuItem[]): void {
  opened.value = opened.peek()?.anchor === anchor ? null : { anchor, label, items };
}

/** The page's only menu: cards share it, so that each of them stays small. */
export function Menu() {
  const menu = opened.value;
  return menu === null ? null : <MenuList key={menu.label} {...menu} />;
}

function MenuList({ anchor, label, items }: OpenMenu) {
  const element = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const list = element.current;
    if (!list) return;
    list.showPopover();
    place(list, anchor.getBoundingClientRect());
    buttons(list)[0]?.focus();
    const outside = (event: Event): void => {
      const target = event.target as Node;
      if (!list.contains(target) && !anchor.contains(target)) opened.value = null;
    };
    const closed = (): void => void (opened.value = null);
    document.addEventListener('pointerdown', outside);
    addEventListener('resize', closed);
    addEventListener('hashchange', closed);
    return () => {
      document.removeEventListener('pointerdown', outside);
      removeEventListener('resize', closed);
      removeEventListener('hashchange', closed);
    };
  }, []);

  const close = (): void => {
    opened.value = null;
    anchor.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = buttons(element.current);
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const targets: Record<string, number> = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (targets[event.key] === undefined) return;
    else all[targets[event.key]!]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={element}
      class="menu"
      role="menu"
      popover="manual"
      aria-label={label}
      onKeyDown={onKeyDown}
    >
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={`icon-${item.icon} ${item.danger ? 'danger' : ''} ${item.group ? 'group' : ''}`}
          aria-disabled={item.disabled ? 'true' : undefined}
          onClick={() => {
            if (item.disabled) return;
            close();
            item.action();
          }}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}

function buttons(list: HTMLElement | null): HTMLButtonElement[] {
  return [...(list?.querySelectorAll('button') ?? [])];
}

/** Below the button where there is room, else above it; always inside the window. */
function place(list: HTMLElement, button: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = list;
  const rightToLeft = document.documentElement.dir === 'rtl';
  const left = rightToLeft ? button.left : button.right - width;
  const below = button.bottom + MARGIN / 2;
  const top = below + height + MARGIN <= innerHeight ? below : button.top - height - MARGIN / 2;
  list.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  list.style.top = `${Math.max(MARGIN, Math.min(top, innerHeight - height - MARGIN))}px`;
}
