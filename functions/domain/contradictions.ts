import { dayMs, hourMs } from "./calendar.ts";
import { type Checkpoint, type CheckpointStatus, momentOf, orderedCheckpoints } from "./tracking.ts";

/** A terminal fact, and the scan that was made later and cannot be if the fact is one. */
export type Contradiction = { readonly fact: Checkpoint; readonly contradictedBy: Checkpoint };

/** What cannot come after a terminal fact. A delivery after a return is the sender's own signature. */
const impossibleAfter: Readonly<Partial<Record<CheckpointStatus, readonly CheckpointStatus[]>>> = {
  delivered: ["picked_up", "in_transit", "out_for_delivery", "lost", "refused", "returning", "returned"],
  returned: ["picked_up", "in_transit", "out_for_delivery", "lost", "returning"],
};

/** Two sources may read local times in different zones (UTC-12 to UTC+14); one source's times compare exactly. */
const zonesApartMs = dayMs + 2 * hourMs;

/** What was contradicted by what, without when and by whom. */
export const contradictionKind = ({ fact, contradictedBy }: Contradiction): string =>
  `${fact.status}.${contradictedBy.status}`;

/** The earliest contradiction of each kind, in the order of time. More checkpoints never make one go away. */
export const contradictionsIn = (checkpoints: readonly Checkpoint[]): readonly Contradiction[] => {
  const isFact = ({ status }: Checkpoint): boolean => impossibleAfter[status] !== undefined;
  // A parcel on its way has none, and is told of the most.
  if (!checkpoints.some(isFact)) return [];
  const ordered = orderedCheckpoints(checkpoints);
  const facts = ordered.filter(isFact);
  const kinds = new Map<string, Contradiction>();
  for (const contradictedBy of ordered) {
    for (const fact of facts) {
      const impossible = impossibleAfter[fact.status]?.includes(contradictedBy.status);
      const apartMs = fact.source === contradictedBy.source ? 0 : zonesApartMs;
      if (!impossible || momentOf(contradictedBy) <= momentOf(fact) + apartMs) continue;
      const contradiction = { fact, contradictedBy };
      const kind = contradictionKind(contradiction);
      if (!kinds.has(kind)) kinds.set(kind, contradiction);
    }
  }
  return [...kinds.values()];
};
