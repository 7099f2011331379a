import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { useMemo } from 'react';
import type { Validation, ValidationRule } from '../../bindings/types';
import { notifyUndo } from '../../lib/notify';
import { inserted, moved, replaced, without } from '../content/body';
import { useKeys } from '../content/useKeys';
import { AddValidation } from './AddValidation';
import type { ValidationsAround } from './around';
import { firstName, freeName } from './rules';
import { validationTexts as texts } from './texts';
import { ValidationCard } from './ValidationCard';
import classes from './validation.module.css';

const byPointer = { activationConstraint: { distance: 4 } };
const byKeys = { coordinateGetter: sortableKeyboardCoordinates };

/** Validations of a prompt, a suite, a case or a set, to be written and put in order. */
export function ValidationList(props: {
  readonly validations: readonly Validation[];
  /** Changes them as they are by then. */
  readonly onChange: (next: (now: readonly Validation[]) => Validation[]) => void;
  readonly around: ValidationsAround;
  /** Their place in what the engine checks. */
  readonly place?: string;
  /** The set that they are of. */
  readonly setName?: string;
}) {
  const { validations, onChange, around, place = 'validations', setName } = props;
  const { keys, changes } = useKeys(validations.length);
  const sensors = useSensors(useSensor(PointerSensor, byPointer), useSensor(KeyboardSensor, byKeys));
  const accessibility = useMemo(
    () => ({ announcements: announcements(keys), screenReaderInstructions: { draggable: texts.dragHow } }),
    [keys],
  );
  const insert = (at: number, validation: Validation) => {
    onChange((now) => inserted(now, at, validation));
    changes.insert(at);
  };
  const remove = (at: number, validation: Validation) => {
    onChange((now) => without(now, at));
    changes.remove(at);
    notifyUndo(texts.removed(validation.name), () => {
      insert(at, validation);
      return Promise.resolve();
    });
  };
  const move = (from: number, to: number) => {
    if (to < 0 || to >= validations.length) return;
    onChange((now) => moved(now, from, to));
    changes.move(from, to);
  };
  const add = (rule: ValidationRule) => {
    const taken = validations.map(({ name }) => name);
    insert(validations.length, { name: freeName(firstName(rule), taken), rule });
  };
  const put = ({ active, over }: DragEndEvent) => {
    if (over !== null && over.id !== active.id) move(placeOf(keys, active.id), placeOf(keys, over.id));
  };
  const empty = setName === undefined ? texts.empty : texts.emptySet;
  return (
    <div className={classes.list}>
      {validations.length === 0 && <p className={classes.intro}>{empty}</p>}
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        accessibility={accessibility}
        onDragEnd={put}
      >
        <SortableContext items={[...keys]} strategy={verticalListSortingStrategy}>
          {validations.map((validation, at) => (
            <ValidationCard
              key={keys[at]}
              id={keys[at] ?? at}
              validation={validation}
              place={`${place}[${at}]`}
              setName={setName}
              around={around}
              taken={without(validations, at).map(({ name }) => name)}
              onChange={(next) => onChange((now) => replaced(now, at, next))}
              onRemove={() => remove(at, validation)}
              onMoveUp={at === 0 ? null : () => move(at, at - 1)}
              onMoveDown={at === validations.length - 1 ? null : () => move(at, at + 1)}
            />
          ))}
        </SortableContext>
      </DndContext>
      <AddValidation onAdd={add} isSet={setName !== undefined} />
    </div>
  );
}

function placeOf(keys: readonly number[], id: UniqueIdentifier): number {
  return keys.indexOf(Number(id));
}

function announcements(keys: readonly number[]): Announcements {
  const number = (id: UniqueIdentifier) => placeOf(keys, id) + 1;
  const { taken, over, put, left } = texts.dragged;
  return {
    onDragStart: ({ active }) => taken(number(active.id)),
    onDragOver: ({ active, over: at }) => {
      if (at === null) return undefined;
      return at.id === active.id ? taken(number(active.id)) : over(number(at.id), keys.length);
    },
    onDragEnd: ({ over: at }) => (at === null ? left : put(number(at.id), keys.length)),
    onDragCancel: () => left,
  };
}
