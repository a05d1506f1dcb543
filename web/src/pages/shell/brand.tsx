// The name and the mark; leads home.

import { Link } from '@tanstack/react-router';
import classes from './shell.module.css';

export function Brand() {
  return (
    <Link to="/" className={classes.brand}>
      <img src="/causeway.svg" width={26} height={26} alt="" />
      Causeway
    </Link>
  );
}
