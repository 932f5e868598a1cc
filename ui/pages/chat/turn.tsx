import Button from 'antd/es/button'
import { memo } from 'react'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { FailureNote } from '../../parts/page.tsx'
import { useWords, type Words } from '../../words/words.tsx'
import type { Figures, Turn } from './conversation.ts'
import { Markdown } from './markdown.tsx'

interface TurnProps {
  readonly turn: Turn
  /** Undefined while another answer is written. */
  readonly retry: ((turn: Turn) => void) | undefined
}

/** A question and its answer, as far as it has come. */
export const TurnView = memo(function TurnView({ turn, retry }: TurnProps) {
  const words = useWords()
  const ended = turn.state !== 'waiting' && turn.state !== 'writing'
  return (
    <article className="turn" data-state={turn.state}>
      <h2 className="hidden-label">{words.say('you')}</h2>
      <p className="question">{turn.question}</p>
      <h2 className="hidden-label">{turn.model}</h2>
      {turn.reasoning !== '' && (
        <details className="reasoning" open={turn.text === ''}>
          <summary>{words.say('reasoning')}</summary>
          <p>{turn.reasoning}</p>
        </details>
      )}
      {turn.state === 'waiting' && <p className="muted">{words.say('answer-waiting')}</p>}
      <Markdown blocks={turn.blocks} />
      {turn.failure !== null && <FailureNote failure={turn.failure} />}
      {ended && (
        <footer className="turn-foot">
          <span className="muted">
            {[turn.model, ...outcome(turn, words), ...figureTexts(turn.figures, words)]
              .filter(Boolean)
              .join(' · ')}
          </span>
          {turn.text !== '' && <CopyButton text={turn.text} label={words.say('answer')} />}
          {retry && (
            <Button size="small" type="text" icon={<Icon name="retry" />} onClick={() => retry(turn)}>
              {words.say('retry')}
            </Button>
          )}
        </footer>
      )}
    </article>
  )
})

function outcome(turn: Turn, words: Words): string[] {
  if (turn.state === 'stopped') return [words.say('answer-stopped')]
  return turn.cut ? [words.say('answerCut')] : []
}

function figureTexts(figures: Figures | null, words: Words): string[] {
  if (figures === null) return []
  const { firstTokenMilliseconds, tokensPerSecond, promptTokens, cachedTokens, completionTokens } = figures
  const share = promptTokens === 0 ? 0 : cachedTokens / promptTokens
  return [
    ...(firstTokenMilliseconds === null
      ? []
      : [words.say('firstToken', { time: words.duration(firstTokenMilliseconds) })]),
    ...(tokensPerSecond === null
      ? []
      : [words.say('tokensPerSecond', { speed: words.number(tokensPerSecond, 1) })]),
    words.say('tokens', { count: completionTokens }),
    ...(cachedTokens > 0 ? [words.say('cachedShare', { share: words.percent(share) })] : []),
  ]
}
