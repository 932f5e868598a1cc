/// Where the machine's facts come from. The app asks macOS; tests say what they like.
public protocol HostSource: Sendable {
    func facts() async -> HostFacts
}

/// Posts the machine's facts to the core: when something says that they changed, every two seconds while the core
/// computes (the GPU's load tells nobody when it changes), and every ten seconds while memory is short.
actor HostReporter {
    private let client: CoreClient
    private let source: (any HostSource)?
    private var isAsleep = false
    private var isBusy = false
    private var isShortOfMemory = false
    private var posted: HostFacts?
    private var ticking: Task<Void, Never>?

    private static let busy: Duration = .seconds(2)
    private static let short: Duration = .seconds(10)

    init(client: CoreClient, source: (any HostSource)?) {
        self.client = client
        self.source = source
    }

    /// A core that has just come knows nothing.
    func connected() async {
        posted = nil
        await changed()
    }

    func changed() async { await post() }

    func sleeps(_ asleep: Bool) async {
        isAsleep = asleep
        await post()
    }

    func setBusy(_ busy: Bool) async {
        guard busy != isBusy else { return }
        isBusy = busy
        await post()
    }

    /// What is posted would otherwise hold although nobody looks any more.
    func withdraw() async {
        guard posted != nil else { return }
        ticking?.cancel()
        ticking = nil
        try? await client.send("POST", "/api/tray/host", HostFacts(asleep: false), timeout: .seconds(2))
        posted = nil
    }

    private func post() async {
        guard let source else { return }
        var facts = await source.facts()
        facts.asleep = isAsleep
        isShortOfMemory = facts.memoryPressure == .warning || facts.memoryPressure == .critical
        if facts != posted || isShortOfMemory {
            // A core that is gone is told when the next one connects.
            let sent: Void? = try? await client.send("POST", "/api/tray/host", facts, timeout: .seconds(5))
            posted = sent == nil ? nil : facts
        }
        tick()
    }

    private func tick() {
        ticking?.cancel()
        ticking = nil
        guard !isAsleep, isBusy || isShortOfMemory else { return }
        let pause = isBusy ? Self.busy : Self.short
        ticking = Task {
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            await post()
        }
    }
}
