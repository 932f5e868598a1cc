/// A request that the core works on.
public struct RunningRequest: Sendable, Equatable {
    public let id: String
    public let model: String
    public let client: String?
    public let keyName: String?
    /// Nil until its prompt is counted.
    public var promptTokens: Int?
    public var completionTokens = 0
    public var tokensPerSecond: Double?
}

/// A program that `GET /api/clients` has instructions for. (Those are many kinds of things; the menu needs their names.)
public struct ClientRecipe: Decodable, Sendable, Equatable {
    public let id: String
    public let name: String
}

/// Everything the menu shows: what became of the core, and what it told.
public struct TrayState: Sendable, Equatable {
    public var core = CoreState.stopped
    public var pid: Int32?
    public var isFound = false
    public var updateFound = false
    /// The core was asked once; what follows is known by its events.
    public var status: Status?
    public var models: [Model] = []
    public var memory: Memory?
    public var profiles: Profiles?
    public var downloads: [Download] = []
    public var clients: [ClientRecipe] = []
    public var requests: [RunningRequest] = []
    /// Of the latest answer's prompt: 0 to 1, what need not be computed again.
    public var cachedShare: Double?

    public init() {}

    public var isBusy: Bool { core == .running && !requests.isEmpty }

    /// What has to be asked anew after a fact.
    public struct Need: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let status = Need(rawValue: 1)
        public static let models = Need(rawValue: 2)
        public static let memory = Need(rawValue: 4)
        public static let profiles = Need(rawValue: 8)
        public static let downloads = Need(rawValue: 16)
        public static let clients = Need(rawValue: 32)
        public static let all: Need = [.status, .models, .memory, .profiles, .downloads, .clients]
    }

    /// The core has another state. What it told before is forgotten when it is gone.
    public mutating func take(_ state: CoreState, pid: Int32?, isFound: Bool) -> Need {
        let wasUp = core.isUp
        (core, self.pid, self.isFound) = (state, pid, isFound)
        if state.isUp || state == .stopping { return wasUp || !state.isUp ? [] : .all }
        updateFound = false
        (status, memory, profiles) = (nil, nil, nil)
        (models, downloads, clients, requests) = ([], [], [], [])
        cachedShare = nil
        return []
    }

    public mutating func take(_ fact: Fact) -> Need {
        switch fact {
        case .streamGap:
            // Ends of requests may be among what was missed.
            requests = []
            return .all
        case .coreChanged, .modelsChanged: return [.status, .models]
        case .modelChanged: return [.models, .memory]
        case .settingsChanged: return [.profiles, .models]
        case .requestStarted(let request):
            requests.removeAll { $0.id == request.id }
            requests.append(
                RunningRequest(id: request.id, model: request.model, client: request.client, keyName: request.keyName))
            return .memory
        case .requestProgress(let progress):
            guard let place = requests.firstIndex(where: { $0.id == progress.id }) else { return [] }
            requests[place].promptTokens = progress.promptTokens
            requests[place].completionTokens = progress.completionTokens
            requests[place].tokensPerSecond = progress.tokensPerSecond
            return []
        case .requestFinished(let request):
            requests.removeAll { $0.id == request.id }
            if request.promptTokens > 0 { cachedShare = Double(request.cachedTokens) / Double(request.promptTokens) }
            return .memory
        case .downloadChanged(let download):
            if let place = downloads.firstIndex(where: { $0.id == download.id }) {
                downloads[place] = download
            } else {
                downloads.insert(download, at: 0)
            }
            return []
        case .downloadRemoved(let gone):
            downloads.removeAll { $0.id == gone.id }
            return []
        case .streamHeartbeat, .other: return []
        }
    }
}
