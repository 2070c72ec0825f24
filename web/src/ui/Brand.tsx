export function Brand({ place, role }: { readonly place: string; readonly role: string }) {
  return (
    <div className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path className="brand-cell" d="M16 3 27.300 9.500v13L16 29 4.700 22.500v-13z" />
        <path className="brand-craft" d="m16 9 5.200 12.500-5.200-2.800-5.200 2.800z" />
      </svg>
      <div className="brand-words">
        <span className="brand-name">Hexlane</span>
        <span className="brand-place">
          {place} <span className="brand-role">{role}</span>
        </span>
      </div>
    </div>
  )
}
