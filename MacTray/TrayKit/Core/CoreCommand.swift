import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How the core is started.
public struct CoreCommand: Sendable, Equatable {
    /// The executable, and what comes before the role: the packaged binary alone, or Node and its script.
    public var words: [String]
    /// Options of `serve` beside those a supervisor always gives.
    public var options: [String]

    public init(words: [String], options: [String] = []) {
        self.words = words
        self.options = options
    }

    func serve(strictPort: Bool) -> [String] {
        words + ["serve", "--supervised", "--json"] + (strictPort ? ["--strict-port"] : []) + options
    }

    /// What changes when another version is put in this one's place: the files behind the words, wherever links lead.
    func identity() -> String {
        words.map { word -> String in
            var facts = stat()
            guard word.contains("/"), stat(word, &facts) == 0 else { return word }
            let real = URL(fileURLWithPath: word).resolvingSymlinksInPath().path
            #if canImport(Darwin)
                let changed = facts.st_mtimespec
            #else
                let changed = facts.st_mtim
            #endif
            return "\(real) \(facts.st_ino) \(facts.st_size) \(changed.tv_sec).\(changed.tv_nsec)"
        }.joined(separator: "\n")
    }

    /// The variables that the core may have. A list of what is kept, not of what is dropped: NODE_OPTIONS, DYLD_*,
    /// GGML_* and NODE_LLAMA_CPP_* each change what it does, and there will be others. The core keeps the same ones for
    /// its own children (core/platform/child.ts).
    public static func environment(from all: [String: String]) -> [String: String] {
        let kept: Set = [
            "PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "XDG_DATA_HOME", "__CF_USER_TEXT_ENCODING",
        ]
        return all.filter { name, _ in
            kept.contains(name) || name.hasPrefix("LC_") || name.hasPrefix("IMPETUS_")
        }
    }
}

/// The folder with everything of Impetus, found as the core finds it (core/platform/paths.ts).
public struct Home: Sendable, Equatable {
    public let path: String

    public var socket: String { path + "/impetus.sock" }
    public var trayLock: String { path + "/tray.lock" }
    public var log: String { path + "/logs/impetus.log" }
    public var endpoint: String { path + "/endpoint.json" }
    public var models: String { path + "/models" }

    public init(path: String) { self.path = path }

    /// Nil where the environment does not say.
    public init?(environment: [String: String]) {
        if let chosen = environment["IMPETUS_HOME"], !chosen.isEmpty {
            self.init(path: URL(fileURLWithPath: chosen).standardizedFileURL.path)
            return
        }
        #if !canImport(Darwin)
            if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
                self.init(path: data + "/impetus")
                return
            }
        #endif
        guard let user = environment["HOME"], user.hasPrefix("/") else { return nil }
        #if canImport(Darwin)
            self.init(path: user + "/Library/Application Support/Impetus")
        #else
            self.init(path: user + "/.local/share/impetus")
        #endif
    }
}
