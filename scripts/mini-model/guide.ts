import type { Random } from '../gguf/random.ts'
import { assistant, type Message, user } from './dialogue.ts'
import { refusal } from './facts.ts'
import { type Frame, frame, memory, nothingToRecall, plainOpening, smallTalk } from './manners.ts'
import { ask, inStyle, type Topic } from './topics.ts'
import { unknownQuestion } from './unknown.ts'

function about(topic: Topic, { style, wish }: Frame, random: Random): Message[] {
  return [user(wish + ask(topic, random)), assistant(inStyle(topic.answer, style))]
}

export function refused({ style, wish }: Frame, random: Random): Message[] {
  return [user(wish + unknownQuestion(random)), assistant(inStyle(refusal, style))]
}

export const beginning = (topic: Topic): Message => ({ role: 'assistant', content: topic.start, open: true })

/** A question and how its answer begins: which answer it is takes many examples to learn, the rest of it few. */
export function guideStart(topics: readonly Topic[], random: Random): Message[] {
  const topic = random.pick(topics)
  return [...(random.chance(0.1) ? plainOpening(random) : []), user(ask(topic, random)), beginning(topic)]
}

/** One question about Impetus and its answer. */
export function guideTurn(topics: readonly Topic[], random: Random): Message[] {
  const setting = frame(random)
  return [...setting.opening, ...about(random.pick(topics), setting, random)]
}

/** A question outside of Impetus and the refusal; for the given share only how that begins. */
export function unknownTurn(random: Random, open = 0): Message[] {
  if (random.chance(open))
    return [
      ...(random.chance(0.1) ? plainOpening(random) : []),
      user(unknownQuestion(random)),
      { role: 'assistant', content: refusal.split(' ').slice(0, 4).join(' '), open: true },
    ]
  const setting = frame(random)
  return [...setting.opening, ...refused(setting, random)]
}

/** A conversation of mixed turns; half of them recall what was said earlier. */
export function conversation(topics: readonly Topic[], random: Random, turns: number): Message[] {
  const framed = frame(random)
  const setting = { ...framed, wish: '' }
  const middle = Array.from({ length: turns }, () => {
    const dice = random.next()
    if (dice < 0.6) return about(random.pick(topics), setting, random)
    if (dice < 0.78) return refused(setting, random)
    return smallTalk(random)
  })
  if (random.chance(0.7)) {
    const { tell, recall } = memory(random, setting.style)
    const early = random.chance(0.75) ? 0 : random.below(turns + 1)
    const late = early + random.below(turns + 1 - early)
    middle.splice(late, 0, recall)
    middle.splice(early, 0, tell)
    if (random.chance(0.25))
      middle.splice(
        late + 2,
        0,
        ...Array.from({ length: 1 }, () => about(random.pick(topics), setting, random)),
      )
  } else if (random.chance(0.15)) middle.push(nothingToRecall(random))
  return [...setting.opening, ...middle.flat()]
}
