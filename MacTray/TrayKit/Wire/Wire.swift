// Made by "npm run wire" from core/contract: change that, not this.
//
// What a newer core adds is ignored, and a word it says that is not known here is kept as it is: the menu bar may have
// found a core that is newer or older than itself. What each value means is said there.

import Foundation

public struct HostFacts: Codable, Sendable, Equatable {
    public var chip: String?
    public var gpu: Gpu?
    public var thermal: Thermal?
    public var power: Power?
    public var lowPowerMode: Bool?
    public var memoryPressure: MemoryPressure?
    public var asleep: Bool

    public init(
        chip: String? = nil,
        gpu: Gpu? = nil,
        thermal: Thermal? = nil,
        power: Power? = nil,
        lowPowerMode: Bool? = nil,
        memoryPressure: MemoryPressure? = nil,
        asleep: Bool
    ) {
        self.chip = chip
        self.gpu = gpu
        self.thermal = thermal
        self.power = power
        self.lowPowerMode = lowPowerMode
        self.memoryPressure = memoryPressure
        self.asleep = asleep
    }

    public struct Gpu: Codable, Sendable, Equatable {
        public var name: String?
        public var utilisation: Double?
        public var usedBytes: Int?
        public var limitBytes: Int?

        public init(
            name: String? = nil,
            utilisation: Double? = nil,
            usedBytes: Int? = nil,
            limitBytes: Int? = nil
        ) {
            self.name = name
            self.utilisation = utilisation
            self.usedBytes = usedBytes
            self.limitBytes = limitBytes
        }

        private enum CodingKeys: String, CodingKey {
            case name
            case utilisation
            case usedBytes
            case limitBytes
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(utilisation, forKey: .utilisation)
            try container.encode(usedBytes, forKey: .usedBytes)
            try container.encode(limitBytes, forKey: .limitBytes)
        }
    }

    public struct Thermal: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let nominal = Self(rawValue: "nominal")
        public static let fair = Self(rawValue: "fair")
        public static let serious = Self(rawValue: "serious")
        public static let critical = Self(rawValue: "critical")
    }

    public struct Power: Codable, Sendable, Equatable {
        public var source: Source
        public var charge: Double?

        public init(
            source: Source,
            charge: Double? = nil
        ) {
            self.source = source
            self.charge = charge
        }

        public struct Source: RawRepresentable, Codable, Sendable, Hashable {
            public let rawValue: String
            public init(rawValue: String) { self.rawValue = rawValue }
            public static let mains = Self(rawValue: "mains")
            public static let battery = Self(rawValue: "battery")
            public static let ups = Self(rawValue: "ups")
        }

        private enum CodingKeys: String, CodingKey {
            case source
            case charge
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(source, forKey: .source)
            try container.encode(charge, forKey: .charge)
        }
    }

    public struct MemoryPressure: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let normal = Self(rawValue: "normal")
        public static let warning = Self(rawValue: "warning")
        public static let critical = Self(rawValue: "critical")
    }

    private enum CodingKeys: String, CodingKey {
        case chip
        case gpu
        case thermal
        case power
        case lowPowerMode
        case memoryPressure
        case asleep
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(chip, forKey: .chip)
        try container.encode(gpu, forKey: .gpu)
        try container.encode(thermal, forKey: .thermal)
        try container.encode(power, forKey: .power)
        try container.encode(lowPowerMode, forKey: .lowPowerMode)
        try container.encode(memoryPressure, forKey: .memoryPressure)
        try container.encode(asleep, forKey: .asleep)
    }
}

public struct ModelState: Decodable, Sendable, Equatable {
    public var id: String
    public var state: State
    public var progress: Double?
    public var leases: Int
    public var slots: Int?
    public var waiting: Int
    public var contextLength: Int?
    public var reason: String?
    public var bytes: Int
    public var pinned: Bool
    public var unloadsAt: Int?

    public struct State: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let loading = Self(rawValue: "loading")
        public static let loaded = Self(rawValue: "loaded")
        public static let unloading = Self(rawValue: "unloading")
        public static let quarantined = Self(rawValue: "quarantined")
    }
}

public struct Status: Decodable, Sendable, Equatable {
    public var version: String
    public var pid: Int
    public var state: State
    public var startedAt: Int
    public var uptimeSeconds: Double
    public var home: String?
    public var address: Address
    public var engine: Engine
    public var models: Models
    public var requests: Requests
    public var memory: Memory

    public struct State: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let starting = Self(rawValue: "starting")
        public static let running = Self(rawValue: "running")
        public static let draining = Self(rawValue: "draining")
        public static let stopped = Self(rawValue: "stopped")
    }

    public struct Address: Decodable, Sendable, Equatable {
        public var url: String
        public var port: Int
        public var wantedPort: Int?
        public var tls: Bool
        public var socket: String?
    }

    public struct Engine: Decodable, Sendable, Equatable {
        public var name: String
        public var available: Bool
        public var reason: String?
    }

    public struct Models: Decodable, Sendable, Equatable {
        public var installed: Int
        public var `default`: String?
        public var states: [ModelState]
    }

    public struct Requests: Decodable, Sendable, Equatable {
        public var active: Int
    }

    public struct Memory: Decodable, Sendable, Equatable {
        public var coreBytes: Int
        public var totalBytes: Int
        public var freeBytes: Int
    }
}

public struct Endpoint: Decodable, Sendable, Equatable {
    public var pid: Int
    public var version: String
    public var startedAt: Int
    public var url: String
    public var port: Int
    public var wantedPort: Int?
    public var tls: Bool
    public var socket: String
}

public struct Model: Decodable, Sendable, Equatable {
    public var id: String
    public var object: String
    public var created: Int
    public var ownedBy: String
    public var `default`: Bool
    public var description: String?
    public var aliases: [String]
    public var contextLength: Int?
    public var maxModelLen: Int?
    public var format: String
    public var architecture: String?
    public var quantization: String?
    public var size: Int
    public var capabilities: [Capability]
    public var meta: Meta
    public var status: Status

    public struct Capability: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let chat = Self(rawValue: "chat")
        public static let completion = Self(rawValue: "completion")
        public static let tools = Self(rawValue: "tools")
        public static let reasoning = Self(rawValue: "reasoning")
        public static let infill = Self(rawValue: "infill")
        public static let embedding = Self(rawValue: "embedding")
        public static let rerank = Self(rawValue: "rerank")
    }

    public struct Meta: Decodable, Sendable, Equatable {
        public var nCtx: Int?
        public var nCtxTrain: Int?
        public var nParams: Int?
        public var nVocab: Int?
        public var size: Int

        private enum CodingKeys: String, CodingKey {
            case nCtx = "n_ctx"
            case nCtxTrain = "n_ctx_train"
            case nParams = "n_params"
            case nVocab = "n_vocab"
            case size
        }
    }

    public struct Status: Decodable, Sendable, Equatable {
        public var value: Value
        public var progress: Double?
        public var reason: String?

        public struct Value: RawRepresentable, Codable, Sendable, Hashable {
            public let rawValue: String
            public init(rawValue: String) { self.rawValue = rawValue }
            public static let loaded = Self(rawValue: "loaded")
            public static let loading = Self(rawValue: "loading")
            public static let unloading = Self(rawValue: "unloading")
            public static let unloaded = Self(rawValue: "unloaded")
            public static let quarantined = Self(rawValue: "quarantined")
            public static let invalid = Self(rawValue: "invalid")
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case object
        case created
        case ownedBy = "owned_by"
        case `default`
        case description
        case aliases
        case contextLength = "context_length"
        case maxModelLen = "max_model_len"
        case format
        case architecture
        case quantization
        case size
        case capabilities
        case meta
        case status
    }
}

public struct Models: Decodable, Sendable, Equatable {
    public var object: String
    public var data: [Model]
}

public struct Download: Decodable, Sendable, Equatable {
    public var id: String
    public var reference: String
    public var name: String
    public var state: State
    public var repo: String?
    public var revision: String?
    public var quantization: String?
    public var files: [File]
    public var bytes: Int
    public var done: Int
    public var bytesPerSecond: Double?
    public var secondsLeft: Double?
    public var retryAt: Int?
    public var error: Error?
    public var createdAt: Int
    public var finishedAt: Int?

    public struct State: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let queued = Self(rawValue: "queued")
        public static let running = Self(rawValue: "running")
        public static let paused = Self(rawValue: "paused")
        public static let verifying = Self(rawValue: "verifying")
        public static let done = Self(rawValue: "done")
        public static let failed = Self(rawValue: "failed")
        public static let cancelled = Self(rawValue: "cancelled")
    }

    public struct File: Decodable, Sendable, Equatable {
        public var name: String
        public var bytes: Int
        public var done: Int
        public var sha256: String?
        public var verified: Bool
    }

    public struct Error: Decodable, Sendable, Equatable {
        public var code: String
        public var message: String
    }
}

public struct ProfileValues: Decodable, Sendable, Equatable {
    public var contextLength: Int?
    public var slots: Int?
    public var gpuLayers: Int?
    public var threads: Int?
    public var batchSize: Int?
    public var flashAttention: Bool?
    public var kvCacheType: KvCacheType?
    public var idleMinutes: Double?
    public var speculation: Speculation?
    public var sampling: Sampling?

    public struct KvCacheType: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let f16 = Self(rawValue: "f16")
        public static let q80 = Self(rawValue: "q8_0")
        public static let q40 = Self(rawValue: "q4_0")
    }

    public struct Speculation: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let auto = Self(rawValue: "auto")
        public static let lookup = Self(rawValue: "lookup")
        public static let draft = Self(rawValue: "draft")
        public static let off = Self(rawValue: "off")
    }

    public struct Sampling: Decodable, Sendable, Equatable {
        public var temperature: Double?
        public var topK: Int?
        public var topP: Double?
        public var minP: Double?
        public var repeatPenalty: Double?
        public var presencePenalty: Double?
        public var frequencyPenalty: Double?
    }
}

public struct Profiles: Decodable, Sendable, Equatable {
    public var profiles: [Profile]
    public var `default`: String?

    public struct Profile: Decodable, Sendable, Equatable {
        public var name: String
        public var builtIn: Bool
        public var description: String
        public var values: ProfileValues
        public var usedBy: [String]
    }
}

public struct Memory: Decodable, Sendable, Equatable {
    public var budgetBytes: Int
    public var usedBytes: Int
    public var waiting: Int
    public var models: [ModelState]
}

public struct SignInCode: Decodable, Sendable, Equatable {
    public var code: String
    public var url: String
    public var expiresAt: Int
}

public struct StreamHeartbeat: Decodable, Sendable, Equatable {
}

public struct StreamGap: Decodable, Sendable, Equatable {
    public var lost: Int?
}

public struct CoreChanged: Decodable, Sendable, Equatable {
    public var state: State
    public var activeRequests: Int

    public struct State: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let starting = Self(rawValue: "starting")
        public static let running = Self(rawValue: "running")
        public static let draining = Self(rawValue: "draining")
        public static let stopped = Self(rawValue: "stopped")
    }
}

public struct ModelChanged: Decodable, Sendable, Equatable {
    public var model: String
    public var state: State
    public var progress: Double?
    public var reason: String?
    public var roomFor: String?

    public struct State: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let loading = Self(rawValue: "loading")
        public static let loaded = Self(rawValue: "loaded")
        public static let unloading = Self(rawValue: "unloading")
        public static let unloaded = Self(rawValue: "unloaded")
        public static let crashed = Self(rawValue: "crashed")
        public static let quarantined = Self(rawValue: "quarantined")
    }
}

public struct ModelsChanged: Decodable, Sendable, Equatable {
    public var count: Int
}

public struct RequestStarted: Decodable, Sendable, Equatable {
    public var id: String
    public var model: String
    public var route: String
    public var client: String?
    public var keyName: String?
}

public struct RequestProgress: Decodable, Sendable, Equatable {
    public var id: String
    public var model: String
    public var promptTokens: Int
    public var completionTokens: Int
    public var tokensPerSecond: Double?
}

public struct RequestFinished: Decodable, Sendable, Equatable {
    public var id: String
    public var model: String
    public var route: String
    public var client: String?
    public var keyName: String?
    public var outcome: Outcome
    public var code: String?
    public var promptTokens: Int
    public var cachedTokens: Int
    public var completionTokens: Int
    public var milliseconds: Double
    public var firstTokenMilliseconds: Double?

    public struct Outcome: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let finished = Self(rawValue: "finished")
        public static let cancelled = Self(rawValue: "cancelled")
        public static let failed = Self(rawValue: "failed")
    }
}

public struct DownloadRemoved: Decodable, Sendable, Equatable {
    public var id: String
}

public struct SettingsChanged: Decodable, Sendable, Equatable {
    public var keys: [String]
    public var restartNeeded: [String]
}

/// What the event stream tells.
public enum Fact: Sendable, Equatable {
    case streamHeartbeat(StreamHeartbeat)
    case streamGap(StreamGap)
    case coreChanged(CoreChanged)
    case modelChanged(ModelChanged)
    case modelsChanged(ModelsChanged)
    case requestStarted(RequestStarted)
    case requestProgress(RequestProgress)
    case requestFinished(RequestFinished)
    case downloadChanged(Download)
    case downloadRemoved(DownloadRemoved)
    case settingsChanged(SettingsChanged)
    /// A topic that nothing here reads.
    case other(topic: String)
}

/// A line of the event stream.
public struct Frame: Decodable, Sendable, Equatable {
    public let epoch: String
    public let seq: Int
    /// Milliseconds since 1970.
    public let time: Int
    public let fact: Fact

    public init(epoch: String, seq: Int, time: Int, fact: Fact) {
        self.epoch = epoch
        self.seq = seq
        self.time = time
        self.fact = fact
    }

    /// The topics that are read, for the query of the event stream.
    public static let topics = ["stream.heartbeat", "stream.gap", "core.changed", "model.changed", "models.changed", "request.started", "request.progress", "request.finished", "download.changed", "download.removed", "settings.changed"]

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try container.decode(String.self, forKey: .epoch)
        seq = try container.decode(Int.self, forKey: .seq)
        time = try container.decode(Int.self, forKey: .time)
        let topic = try container.decode(String.self, forKey: .topic)
        switch topic {
        case "stream.heartbeat": fact = .streamHeartbeat(try container.decode(StreamHeartbeat.self, forKey: .data))
        case "stream.gap": fact = .streamGap(try container.decode(StreamGap.self, forKey: .data))
        case "core.changed": fact = .coreChanged(try container.decode(CoreChanged.self, forKey: .data))
        case "model.changed": fact = .modelChanged(try container.decode(ModelChanged.self, forKey: .data))
        case "models.changed": fact = .modelsChanged(try container.decode(ModelsChanged.self, forKey: .data))
        case "request.started": fact = .requestStarted(try container.decode(RequestStarted.self, forKey: .data))
        case "request.progress": fact = .requestProgress(try container.decode(RequestProgress.self, forKey: .data))
        case "request.finished": fact = .requestFinished(try container.decode(RequestFinished.self, forKey: .data))
        case "download.changed": fact = .downloadChanged(try container.decode(Download.self, forKey: .data))
        case "download.removed": fact = .downloadRemoved(try container.decode(DownloadRemoved.self, forKey: .data))
        case "settings.changed": fact = .settingsChanged(try container.decode(SettingsChanged.self, forKey: .data))
        default: fact = .other(topic: topic)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case epoch, seq, time, topic, data
    }
}
