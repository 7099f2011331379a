import { type ReactNode, type Ref, type SyntheticEvent, useState } from 'react';
import { type Address, readAddress } from './address';
import { Spelled } from './ModelLink';
import classes from './ModelText.module.css';

/** Shows the whole address of the link in it that the pointer or the focus is on, as browsers do at their lower edge. */
export function LinkTarget(props: { ref: Ref<HTMLDivElement>; className: string; children: ReactNode }) {
  const { ref, className, children } = props;
  const [address, setAddress] = useState<Address | null>(null);
  const show = ({ target }: SyntheticEvent) => {
    const link = target instanceof Element ? target.closest<HTMLElement>('[data-address]') : null;
    const next = link?.dataset['address'];
    setAddress((now) => (now?.href === next ? now : next === undefined ? null : readAddress(next)));
  };
  const hide = () => setAddress(null);
  return (
    <div ref={ref} onMouseOver={show} onMouseLeave={hide} onFocus={show} onBlur={hide}>
      <div className={className} dir="auto">
        {children}
      </div>
      {address !== null && (
        <div className={classes.target} aria-hidden>
          <span>
            <Spelled address={address} />
          </span>
        </div>
      )}
    </div>
  );
}
