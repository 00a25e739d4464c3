import Link from 'next/link'

export default function HomePage() {
  return (
    <main>
      <h1>Workshop</h1>
      <p>Work orders and invoices for repair shops.</p>
      <Link href="/orgs">Open your workshop</Link>
    </main>
  )
}
