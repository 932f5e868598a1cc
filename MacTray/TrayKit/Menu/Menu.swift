/// What the menu bar shows, as data: the icon and the menu below it.
public struct Menu: Sendable, Equatable {
    public var icon: Icon
    /// What a screen reader says of the icon.
    public var label: String
    public var items: [MenuItem]
}

public indirect enum MenuItem: Sendable, Equatable {
    case text(String)
    case separator
    case button(String, MenuAction, key: Character? = nil, isEnabled: Bool = true)
    /// With a tick when it is on.
    case toggle(String, isOn: Bool, MenuAction)
    case submenu(String, [MenuItem])
}

public enum MenuAction: Sendable, Equatable {
    case open(Page)
    /// The instructions for one client.
    case openClient(String)
    case copy(String)
    case core(CoreEvent)
    case call(Command)
    case setOpensAtLogin(Bool)
    case showLog
    case runDoctor
    case about
    case quit

    /// A screen of the dashboard.
    public enum Page: String, Sendable {
        case home, chat, models, connect, activity, settings
    }
}

/// Something asked of the core.
public enum Command: Sendable, Equatable {
    case load(model: String)
    case unload(model: String)
    case switchTo(model: String)
    case pin(model: String, Bool)
    case useProfile(String?)
    case pauseDownload(id: String)
    case resumeDownload(id: String)
}

/// The icon's states. Each is a symbol of the system: a template image, so that light, dark and tinted menu bars and
/// increased contrast are the system's business.
public enum Icon: String, Sendable, CaseIterable {
    case stopped = "bolt.slash"
    case starting = "bolt.badge.clock"
    case running = "bolt"
    case busy = "bolt.fill"
    case trouble = "bolt.trianglebadge.exclamationmark"
    case failed = "bolt.trianglebadge.exclamationmark.fill"

    public var symbol: String { rawValue }
}

/// What the menu needs to know beside the core.
public struct Surroundings: Sendable, Equatable {
    public var words: Words
    /// Nil where there is no such switch.
    public var opensAtLogin: Bool?
    /// Whether there are windows to open.
    public var hasDashboard: Bool

    public init(words: Words, opensAtLogin: Bool? = nil, hasDashboard: Bool = true) {
        self.words = words
        self.opensAtLogin = opensAtLogin
        self.hasDashboard = hasDashboard
    }
}
