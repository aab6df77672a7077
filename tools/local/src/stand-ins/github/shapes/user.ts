import { createHash } from 'node:crypto'

/** Where answers point: `api` without a trailing slash, `html` the origin of the pages. */
export interface Links {
  readonly api: string
  readonly html: string
}

function idOf(login: string): number {
  return createHash('sha256').update(login.toLowerCase()).digest().readUInt32BE(0)
}

/** GitHub's simple-user. Every login exists; its id is derived from it. */
export function userShape(links: Links, login: string) {
  const url = `${links.api}/users/${encodeURIComponent(login)}`
  const bot = login.endsWith('[bot]')
  return {
    login,
    id: idOf(login),
    node_id: `U_${idOf(login)}`,
    avatar_url: `${links.html}/${encodeURIComponent(login)}.png`,
    gravatar_id: '',
    url,
    html_url: `${links.html}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: bot ? 'Bot' : 'User',
    site_admin: false,
  }
}

/** GitHub's public-user, as /user and /users/{username} answer. */
export function publicUserShape(links: Links, login: string) {
  return {
    ...userShape(links, login),
    name: login,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
  }
}
