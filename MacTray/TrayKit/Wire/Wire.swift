// Made by "npm run wire" from core/contract: change that, not this.
//
// What a newer core adds is ignored, and a word it says that is not known here is kept as it is: the menu bar may have
// found a core that is newer or older than itself.

import Foundation

public struct HostFacts: Codable, Sendable, Equatable {
    /// As "Apple M3 Pro"
    public var chip: String?
    public var gpu: Gpu?
    /// From "serious" on the system slows itself down
    public var thermal: Thermal?
    public var power: Power?
    public var lowPowerMode: Bool?
    public var memoryPressure: MemoryPressure?
    /// The machine is about to sleep, or sleeps
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
        /// 0 to 1
        public var utilisation: Double?
        /// Memory that it uses, of all programs
        public var usedBytes: Int?
        /// What it should use at most
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
        /// 0 to 1
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
    /// 0 to 1 while loading
    public var progress: Double?
    /// Requests that use it now
    public var leases: Int
    /// Requests that it computes at a time, once loaded
    public var slots: Int?
    /// Requests that wait for it, or for a slot of it
    public var waiting: Int
    /// Tokens of one slot, once loaded
    public var contextLength: Int?
    public var reason: String?
    /// Memory: estimated while it loads, corrected by what was measured
    public var bytes: Int
    public var pinned: Bool
    /// Milliseconds since 1970 when it goes by itself; null while it works and when it stays
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
    /// Milliseconds since 1970
    public var startedAt: Int
    public var uptimeSeconds: Double
    /// Only told to callers with the admin scope
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
        /// Where clients call, without a path
        public var url: String
        public var port: Int
        public var wantedPort: Int?
        public var tls: Bool
        public var socket: String?
    }

    public struct Engine: Decodable, Sendable, Equatable {
        public var name: String
        public var available: Bool
        /// Why it is not available, with the fix
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
        /// Resident memory of the core, without its runners
        public var coreBytes: Int
        public var totalBytes: Int
        public var freeBytes: Int
    }
}

public struct Endpoint: Decodable, Sendable, Equatable {
    public var pid: Int
    public var version: String
    public var startedAt: Int
    /// Where clients call, without a path
    public var url: String
    public var port: Int
    public var wantedPort: Int?
    public var tls: Bool
    /// Path of the Unix socket
    public var socket: String
}

public struct Model: Decodable, Sendable, Equatable {
    public var id: String
    public var object: String
    /// When the file was last changed, in seconds since 1970
    public var created: Int
    /// Where the file is: built-in, impetus, models or configured
    public var ownedBy: String
    /// Answers requests that name no model
    public var `default`: Bool
    public var description: String?
    public var aliases: [String]
    /// Tokens that prompt and answer may have together
    public var contextLength: Int?
    /// The same, as vLLM names it
    public var maxModelLen: Int?
    public var format: String
    public var architecture: String?
    public var quantization: String?
    /// Bytes on disk
    public var size: Int
    public var capabilities: [Capability]
    /// As llama.cpp's server names them
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
        /// 0 to 1 while loading
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
    /// What was asked for; a URL without its query
    public var reference: String
    /// The file, or the first part of a split one
    public var name: String
    public var state: State
    /// owner/name on the hub; null for a plain URL
    public var repo: String?
    /// The commit that is fetched
    public var revision: String?
    public var quantization: String?
    public var files: [File]
    public var bytes: Int
    public var done: Int
    /// Over the last seconds, while running
    public var bytesPerSecond: Double?
    public var secondsLeft: Double?
    /// When the next attempt is made, while one is waited for
    public var retryAt: Int?
    public var error: Error?
    /// Milliseconds since 1970
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
        /// Its name in the models folder
        public var name: String
        public var bytes: Int
        /// Bytes that are on disk
        public var done: Int
        /// As the hub promises it, or as computed once it is there
        public var sha256: String?
        public var verified: Bool
    }

    public struct Error: Decodable, Sendable, Equatable {
        public var code: String
        public var message: String
    }
}

public struct ProfileValues: Decodable, Sendable, Equatable {
    /// Tokens that prompt and answer may have together
    public var contextLength: Int?
    /// Requests that are computed at a time
    public var slots: Int?
    public var gpuLayers: Int?
    public var threads: Int?
    /// Tokens of the widest step
    public var batchSize: Int?
    public var flashAttention: Bool?
    /// How exactly the state of past tokens is kept: q8_0 takes half, q4_0 a quarter
    public var kvCacheType: KvCacheType?
    /// Minutes without a request after which it leaves the memory; null: never
    public var idleMinutes: Double?
    /// Guesses of several tokens at a time, where measured to help: from what was said before (lookup), by the draft model, or both (auto, the default)
    public var speculation: Speculation?
    /// For what a request leaves open
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
    /// Holds for models that have none of their own
    public var `default`: String?

    public struct Profile: Decodable, Sendable, Equatable {
        public var name: String
        /// Comes with Impetus: can be copied, not changed
        public var builtIn: Bool
        public var description: String
        public var values: ProfileValues
        /// Models
        public var usedBy: [String]
    }
}

public struct Memory: Decodable, Sendable, Equatable {
    /// What all models may take together
    public var budgetBytes: Int
    public var usedBytes: Int
    /// Requests that wait for a model, or for a slot of it
    public var waiting: Int
    public var models: [ModelState]
}

public struct SignInCode: Decodable, Sendable, Equatable {
    public var code: String
    /// The page to open, with the code in its fragment
    public var url: String
    /// Milliseconds since 1970
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
    /// 0 to 1 while loading
    public var progress: Double?
    public var reason: String?
    /// While unloading: the model that needs its place
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
    /// The User-Agent as sent, cut to 200 characters
    public var client: String?
    /// Of the API key, where one was sent
    public var keyName: String?
}

public struct RequestProgress: Decodable, Sendable, Equatable {
    public var id: String
    public var model: String
    public var promptTokens: Int
    public var completionTokens: Int
    /// Since the first token
    public var tokensPerSecond: Double?
}

public struct RequestFinished: Decodable, Sendable, Equatable {
    public var id: String
    public var model: String
    public var route: String
    /// The User-Agent as sent, cut to 200 characters
    public var client: String?
    /// Of the API key, where one was sent
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
