import { nice, ticks } from 'd3-array';
import { type MouseEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { classNames } from '../class-names';

/** What tells the series of a chart apart. */
export interface Series {
  key: string;
  name: string;
  color: string;
  /** Of a line, so that it is told apart without colour too. */
  dashes?: string;
}

/** From places and values to pixels of the drawing, whose origin is the top left corner. */
export interface Scale {
  x: (place: number) => number;
  y: (value: number) => number;
  /** Of the whole drawing, from its left end. */
  width: number;
  /** Where the axis lies. */
  bottom: number;
}

interface Reading {
  title: string;
  lines: { name: string; value: string }[];
}

interface PlotProps {
  /** Of each point, rising, 0 at the left end and 1 at the right. */
  places: number[];
  /** The least and the greatest value. */
  domain: [number, number];
  /** Widened to round numbers unless it is exact. */
  isExact?: boolean;
  /** Values are counts: no mark lies between two of them. */
  isWhole?: boolean;
  tickCount?: number;
  formatY: (value: number) => string;
  /** Rising; those without room are left out. */
  xTicks: { place: number; text: string }[];
  xName?: string;
  /** What is said of the point under the pointer. */
  read: (point: number) => Reading;
  onSelect?: (point: number) => void;
  children: (scale: Scale) => ReactNode;
}

const TOP = 6;
const RIGHT = 10;
const TICK_HEIGHT = 22;
const NAME_HEIGHT = 16;
const GAP = 16;
const TEXT_SIZE = 11;

/** The frame of a chart: axes, grid, and what is said of a point. It fills its place; the numbers stand in the table behind it. */
export function Plot({
  places,
  domain,
  isExact,
  isWhole,
  tickCount = 5,
  formatY,
  xTicks,
  xName,
  read,
  onSelect,
  children,
}: PlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(frame);
  const [point, setPoint] = useState<number>();
  const [low, high] = isExact ? domain : nice(...withHeight(domain), tickCount);
  const yTicks = ticks(low, high, tickCount).filter((value) => !isWhole || Number.isInteger(value));
  const left = Math.max(24, ...yTicks.map((value) => widthOf(formatY(value)) + 8));
  const bottom = height - TICK_HEIGHT - (xName ? NAME_HEIGHT : 0);
  const scale: Scale = {
    x: (place) => left + place * (width - left - RIGHT),
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - TOP),
    width,
    bottom,
  };
  const hovered = point !== undefined && point < places.length ? point : undefined;
  const nearest = ({ clientX }: MouseEvent) => {
    const at = clientX - frame.current!.getBoundingClientRect().left;
    const distances = places.map((place) => Math.abs(scale.x(place) - at));
    return distances.indexOf(Math.min(...distances));
  };
  return (
    // For the pointer alone: the numbers stand in the table behind, and what a click chooses has a field of its own.
    <div
      ref={frame}
      role="presentation"
      className={classNames('relative h-full w-full', onSelect && 'cursor-pointer')}
      onPointerMove={(event) => setPoint(nearest(event))}
      onPointerLeave={() => setPoint(undefined)}
      onClick={(event) => places.length > 0 && onSelect?.(nearest(event))}
    >
      {width > 0 && (
        // Out of the flow: its width follows the frame's and must not hold it.
        <svg
          aria-hidden
          width={width}
          height={height}
          className="absolute inset-0"
          fontSize={TEXT_SIZE}
          fill="var(--muted)"
        >
          {yTicks.map((value) => (
            <g key={value}>
              <line x1={left} x2={width - RIGHT} y1={scale.y(value)} y2={scale.y(value)} stroke="var(--line)" />
              <text x={left - 6} y={scale.y(value)} textAnchor="end" dominantBaseline="central">
                {formatY(value)}
              </text>
            </g>
          ))}
          {withRoom(xTicks, scale).map(({ x, text }) => (
            <text key={x} x={x} y={bottom + 15} textAnchor="middle">
              {text}
            </text>
          ))}
          {xName && (
            <text x={(left + width - RIGHT) / 2} y={height - 4} textAnchor="middle">
              {xName}
            </text>
          )}
          {hovered !== undefined && (
            <line
              x1={scale.x(places[hovered]!)}
              x2={scale.x(places[hovered]!)}
              y1={TOP}
              y2={bottom}
              stroke="var(--line-strong)"
            />
          )}
          {children(scale)}
          <line x1={left} x2={width - RIGHT} y1={bottom} y2={bottom} stroke="var(--line-strong)" />
        </svg>
      )}
      {hovered !== undefined && <Label {...read(hovered)} x={scale.x(places[hovered]!)} width={width} />}
    </div>
  );
}

/** Beside the point, on the side that has the room. */
function Label({ title, lines, x, width }: Reading & { x: number; width: number }) {
  return (
    <div
      className="pointer-events-none absolute top-1 z-10 rounded-md border border-line bg-surface px-3 py-2 text-xs whitespace-nowrap shadow-sm"
      style={x < width / 2 ? { left: x + 10 } : { right: width - x + 10 }}
    >
      <p className="text-muted">{title}</p>
      {lines.map(({ name, value }) => (
        <p key={name} className="tabular-nums">
          {name}: {value}
        </p>
      ))}
    </div>
  );
}

/** A line through points. */
export function pathOf(points: [x: number, y: number][]): string {
  return points.map(([x, y], place) => `${place === 0 ? 'M' : 'L'}${x.toFixed(1)},${y.toFixed(1)}`).join('');
}

/** Of points side by side from one end to the other. */
export const evenly = (count: number): number[] =>
  Array.from({ length: count }, (_, place) => (count === 1 ? 0.5 : place / (count - 1)));

function useSize(ref: React.RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      setSize({ width, height });
    });
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/** One value alone has no height to be drawn in. */
function withHeight([low, high]: [number, number]): [number, number] {
  if (low < high) return [low, high];
  const margin = Math.abs(low) / 10 || 1;
  return [low - margin, low + margin];
}

/** In pixels, near enough to tell whether two texts touch. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += TEXT_SIZE * (letter > '\u2E80' ? 1 : 0.6);
  return width;
}

/** Every one of the texts below the axis, or every second, third and so on, so that none touches the next. */
function withRoom(all: PlotProps['xTicks'], scale: Scale): { x: number; text: string }[] {
  const placed = all.map(({ place, text }) => {
    const half = widthOf(text) / 2;
    const x = Math.min(scale.x(place), scale.width - half);
    return { x, text, start: x - half, end: x + half };
  });
  for (let stride = 1; stride < all.length; stride++) {
    const kept = placed.filter((_, place) => place % stride === 0);
    if (kept.every(({ start }, place) => place === 0 || start >= kept[place - 1]!.end + GAP)) return kept;
  }
  return placed.slice(0, 1);
}
