import { Download } from 'lucide-react';
import { buttonClass } from './button';

interface CsvLinkProps {
  href: string;
  /** What is in the file, where there are several on the page. */
  name?: string;
}

/** Downloads what is shown, and all of it. */
export function CsvLink({ href, name = 'CSV' }: CsvLinkProps) {
  return (
    <a href={href} download className={buttonClass()}>
      <Download aria-hidden />
      {name}
    </a>
  );
}
