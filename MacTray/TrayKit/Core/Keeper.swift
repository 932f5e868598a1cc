import Foundation

/// A change of the core's state.
public struct CoreNews: Sendable, Equatable {
    public let state: CoreState
    /// Of our own core, once it is started.
    public let pid: Int32?
    /// It was running before us.
    public let isFound: Bool
    /// When it happened; whoever hears of it may be late.
    public let at: Date
}

/// What a keeper tells whoever watches.
public enum KeeperNews: Sendable {
    case core(CoreNews)
    case frame(Frame)
    /// The files of the core have changed since it was started.
    case updateFound
}

/// Does what the supervisor decides: starts, hears and ends the core.
public actor Keeper {
    public struct Settings: Sendable {
        public var command: CoreCommand
        public var home: Home
        public var environment: [String: String]
        public var limits = Supervisor.Limits()
        /// After this much silence the core counts as unresponsive; its heart beats every five seconds.
        public var silence: Duration = .seconds(15)

        public init(command: CoreCommand, home: Home, environment: [String: String]) {
            self.command = command
            self.home = home
            self.environment = environment
        }
    }

    public nonisolated let news: AsyncStream<KeeperNews>
    private let tell: AsyncStream<KeeperNews>.Continuation
    private let settings: Settings
    private let client: CoreClient
    private var supervisor: Supervisor
    private var told: CoreNews?
    private var child: ChildProcess?
    private var reader: Task<Void, Never>?
    private var timers: [CoreEvent.Timer: Task<Void, Never>] = [:]
    private var startedFrom: String?
    private var probes = 0
    private var saidThatItEnds = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    public init(_ settings: Settings) {
        self.settings = settings
        client = CoreClient(socketPath: settings.home.socket)
        supervisor = Supervisor(limits: settings.limits)
        (news, tell) = AsyncStream.makeStream()
    }

    public var state: CoreState { supervisor.state }

    public func send(_ event: CoreEvent) {
        let effects = supervisor.handle(event)
        tellState()
        for effect in effects { perform(effect) }
    }

    /// Fulfils when no core of ours runs and none is about to.
    public func settled() async {
        if isSettled { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    /// Ends the news, after what was told so far.
    func finish() { tell.finish() }

    private var isSettled: Bool {
        switch supervisor.state {
        case .stopped, .failed: child == nil
        default: false
        }
    }

    private func tellState() {
        let (state, pid, isFound) = (supervisor.state, child?.pid, supervisor.isFound)
        guard told?.state != state || told?.pid != pid || told?.isFound != isFound else { return }
        let news = CoreNews(state: state, pid: pid, isFound: isFound, at: Date())
        told = news
        tell.yield(.core(news))
        guard isSettled else { return }
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    private func perform(_ effect: CoreEffect) {
        switch effect {
        case .probe:
            probes += 1
            Task { [probes] in await probe(probes) }
        case .spawn(let strictPort): spawn(strictPort: strictPort)
        case .listen: listen()
        case .stopListening: stopListening()
        case .terminate:
            // Asked to stop before anything was started: there is nothing to wait for.
            if let child { child.terminate() } else { send(.exited(Exit(code: ExitCode.ok))) }
        case .askToStop: Task { [client] in try? await client.send("POST", "/api/stop", ["now": false]) }
        case .kill: child?.kill()
        case .start(let timer, let delay): start(timer, delay)
        case .cancel(let timer): timers.removeValue(forKey: timer)?.cancel()
        }
    }

    private struct Health: Decodable { let status: String }

    /// A core that answers is taken as it is. One that accepts the connection and says nothing is there all the same.
    private func probe(_ number: Int) async {
        let found = await answers()
        // Stopped and started again in the meantime: the newer question counts.
        if number == probes { send(.probed(found: found)) }
    }

    private func answers() async -> Bool {
        do {
            let _: Health = try await client.get("/health", timeout: .seconds(5))
            return true
        } catch let error as SystemError {
            return error.isTimeout
        } catch {
            return false
        }
    }

    private func spawn(strictPort: Bool) {
        startedFrom = settings.command.identity()
        do {
            child = try ChildProcess(
                command: settings.command.serve(strictPort: strictPort), environment: settings.environment,
                onLine: { [weak self] _ in Task { await self?.send(.listening) } },
                onExit: { [weak self] exit in Task { await self?.ended(exit) } })
            tellState()
        } catch {
            send(.spawnFailed("The core cannot be started: \(error)."))
        }
    }

    private func ended(_ exit: Exit) {
        child = nil
        send(.exited(exit))
    }

    private func listen() {
        guard reader == nil else { return }
        saidThatItEnds = false
        let events = EventReader(client: client, silence: settings.silence)
        reader = Task { await events.run { [weak self] news in await self?.heard(news) } }
    }

    private func stopListening() {
        reader?.cancel()
        reader = nil
    }

    private func heard(_ news: StreamNews) {
        switch news {
        case .frame(let frame):
            if case .coreChanged(let core) = frame.fact { saidThatItEnds = core.state == .draining || core.state == .stopped }
            send(.alive)
            tell.yield(.frame(frame))
            lookForUpdate()
        case .silent: send(.silent)
        case .lost: break
        // Of our own child its exit tells the same, and more.
        case .nobodyThere: send(.foundOneGone(orderly: saidThatItEnds))
        }
    }

    /// With the core's heartbeat: no timer of our own wakes the processor for this.
    private func lookForUpdate() {
        guard let startedFrom, child != nil, settings.command.identity() != startedFrom else { return }
        self.startedFrom = nil
        tell.yield(.updateFound)
    }

    private func start(_ timer: CoreEvent.Timer, _ delay: Duration) {
        timers.removeValue(forKey: timer)?.cancel()
        timers[timer] = Task { [weak self] in
            // A clock that stands still while the machine sleeps: nobody is late for having slept.
            guard (try? await Task.sleep(for: delay, clock: .suspending)) != nil else { return }
            await self?.elapsed(timer)
        }
    }

    private func elapsed(_ timer: CoreEvent.Timer) {
        timers[timer] = nil
        send(.elapsed(timer))
    }
}
