/** An address that leads nowhere. */
import { Link } from '@tanstack/react-router';
import { Gatehouse } from '../session/Gatehouse.tsx';

export const NotFound = () => (
  <Gatehouse title="There is no such page">
    <p>The address may be mistyped, or come from an older version of Belay.</p>
    <Link to="/">To the inbox</Link>
  </Gatehouse>
);
