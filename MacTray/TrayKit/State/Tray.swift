import Foundation

/// What the rest of the menu bar needs to know when something has happened.
public enum TrayNews: Sendable {
    case state(TrayState)
    case notice(Notice)
    /// A change of the core's state, one by one: `state` joins what comes fast.
    case core(CoreNews)
}

/// The menu bar without its menu: keeps the core, follows what it tells, asks what has to be asked, posts the machine's
/// facts. The app shows it; `impetus-tray` prints it.
public actor Tray {
    public nonisolated let news: AsyncStream<TrayNews>
    public nonisolated let client: CoreClient
    private let tell: AsyncStream<TrayNews>.Continuation
    private let keeper: Keeper
    private let host: HostReporter
    private var state = TrayState()
    private var shown: TrayState?
    private var needs: TrayState.Need = []
    private var asking: Task<Void, Never>?
    private var following: Task<Void, Never>?
    private var showing: Task<Void, Never>?

    /// Facts come in bursts (a load tells of many models); one look after them is enough.
    private static let burst: Duration = .milliseconds(150)

    public init(_ settings: Keeper.Settings, host source: (any HostSource)? = nil) {
        client = CoreClient(socketPath: settings.home.socket)
        keeper = Keeper(settings)
        host = HostReporter(client: client, source: source)
        (news, tell) = AsyncStream.makeStream()
    }

    /// Starts the core, or takes the one that runs.
    public func start() async {
        if following == nil {
            following = Task { [weak self, news = keeper.news] in for await one in news { await self?.heard(one) } }
        }
        await keeper.send(.startAsked)
    }

    public func send(_ event: CoreEvent) async { await keeper.send(event) }

    /// Ends our core, running answers first, and comes back when it is gone and the news are at their end. A core that was
    /// found running stays.
    public func quit() async {
        await host.withdraw()
        if !state.isFound { await keeper.send(.stopAsked) }
        if !state.isFound { await keeper.settled() }
        await keeper.finish()
        await following?.value
        tell.finish()
    }

    /// Figures that no event tells, asked when somebody looks.
    public func refresh() { ask([.status, .memory]) }

    /// The machine tells something new of itself.
    public func hostChanged() async { await host.changed() }

    public func sleeps() async { await host.sleeps(true) }

    public func wakes() async {
        await keeper.send(.woke)
        await host.sleeps(false)
    }

    private func heard(_ news: KeeperNews) async {
        switch news {
        case .core(let core):
            let wasUp = state.core.isUp
            tell.yield(.core(core))
            if let notice = Notice.of(core.state, before: state.core) { tell.yield(.notice(notice)) }
            ask(state.take(core.state, pid: core.pid, isFound: core.isFound))
            if core.state.isUp, !wasUp { await host.connected() }
        case .frame(let frame):
            if let notice = Notice.of(frame.fact, before: state) { tell.yield(.notice(notice)) }
            ask(state.take(frame.fact))
        case .updateFound:
            state.updateFound = true
        }
        await host.setBusy(state.isBusy)
        show()
    }

    private func ask(_ more: TrayState.Need) {
        needs.formUnion(more)
        guard !needs.isEmpty, asking == nil else { return }
        asking = Task {
            while !needs.isEmpty, state.core.isUp {
                try? await Task.sleep(for: Self.burst)
                let wanted = needs
                needs = []
                await fetch(wanted)
                show()
            }
            needs = []
            asking = nil
        }
    }

    /// What fails here is told by the event stream: a core that is gone, or is asked again after its next fact.
    private func fetch(_ wanted: TrayState.Need) async {
        if wanted.contains(.status), let value: Status = await get("/api/status") {
            state.status = value
            // Requests that began before anybody listened.
            if value.requests.active == 0 { state.requests = [] }
        }
        if wanted.contains(.models), let value: Models = await get("/v1/models") { state.models = value.data }
        if wanted.contains(.memory), let value: Memory = await get("/api/memory") { state.memory = value }
        if wanted.contains(.profiles), let value: Profiles = await get("/api/profiles") { state.profiles = value }
        struct Downloads: Decodable { let downloads: [Download] }
        if wanted.contains(.downloads), let value: Downloads = await get("/api/downloads") {
            state.downloads = value.downloads
        }
        struct Clients: Decodable { let clients: [ClientRecipe] }
        if wanted.contains(.clients), let value: Clients = await get("/api/clients") { state.clients = value.clients }
    }

    private func get<Answer: Decodable & Sendable>(_ path: String) async -> Answer? {
        let answer: Answer? = try? await client.get(path)
        // An answer of a core that is gone by now.
        return state.core.isUp ? answer : nil
    }

    /// At most some twenty times a second, whatever a fast model tells.
    private func show() {
        guard showing == nil else { return }
        showing = Task {
            try? await Task.sleep(for: .milliseconds(50))
            showing = nil
            // A heartbeat changes nothing: nobody need draw anything.
            guard state != shown else { return }
            shown = state
            tell.yield(.state(state))
        }
    }
}
