/** A file behind a button that speaks the console's language; what was chosen stands beside it, and one can be dropped on it. */

import { useId, useState, type DragEvent } from 'react'
import { Button, FileTrigger } from 'react-aria-components'
import { useLook } from '../app/look'
import { Icon } from '../ui/icons'
import './fields.css'
import { fileSize, isOfKind } from './fileName'

interface Props {
  readonly label: string
  /** Endings of names, with their dots. */
  readonly kinds: readonly string[]
  readonly onChoose: (file: File) => void
}

export function FileField({ label, kinds, onChoose }: Props) {
  const { t, lang } = useLook()
  const id = useId()
  const [chosen, setChosen] = useState<File | null>(null)
  const [refused, setRefused] = useState<string | null>(null)
  const [over, setOver] = useState(false)
  const take = (file: File | null | undefined) => {
    if (file === null || file === undefined) return
    const taken = isOfKind(file.name, kinds)
    setRefused(taken ? null : file.name)
    if (!taken) return
    setChosen(file)
    onChoose(file)
  }
  const dropped = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  return (
    <div
      className="board-field file-field"
      role="group"
      aria-labelledby={`${id}-label`}
      data-over={over}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
    >
      <span id={`${id}-label`} className="field-label">
        {label}
      </span>
      <div className="file-choice">
        <FileTrigger acceptedFileTypes={kinds} onSelect={(files) => take(files?.[0])}>
          <Button id={`${id}-button`} className="quiet-button" aria-labelledby={`${id}-label ${id}-button`} aria-describedby={`${id}-name`}>
            <Icon name="upload" /> {t(chosen === null ? 'file_choose' : 'file_other')}
          </Button>
        </FileTrigger>
        <span id={`${id}-name`} className="file-name" role="status">
          {chosen === null ? t('file_none') : t('file_chosen', { name: chosen.name, size: fileSize(lang, chosen.size) })}
        </span>
      </div>
      {refused !== null && (
        <span className="field-wrong" role="alert">
          {t('file_refused', { name: refused, kinds: kinds.join(' ') })}
        </span>
      )}
    </div>
  )
}
