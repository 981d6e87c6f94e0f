import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface Props {
  /** For `document.title`. */
  title: string;
  /** What the `h1` shows; the title if it is not given. */
  heading?: ComponentChildren;
  /** Stands beside the heading. */
  tools?: ComponentChildren;
  children: ComponentChildren;
}

let shown = false;

/** A screen with its heading, which takes the focus when the user has navigated to it. */
export function Screen({ title, heading = title, tools, children }: Props) {
  const element = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (shown) {
      scrollTo(0, 0);
      element.current?.focus();
    }
    shown = true;
  }, []);
  useLayoutEffect(() => {
    document.title = `${title} – Vitrine`;
  }, [title]);
  return (
    <>
      <div class="heading">
        <h1 tabIndex={-1} ref={element}>
          {heading}
        </h1>
        {tools}
      </div>
      {children}
    </>
  );
}
