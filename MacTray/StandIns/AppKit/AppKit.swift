// Stand-ins for type checks on Linux. See README.md in MacTray/StandIns.
@_exported import Foundation
@_exported import FoundationNetworking

@MainActor open class NSResponder: NSObject {}

@MainActor open class NSView: NSResponder {
    public struct AutoresizingMask: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) { self.rawValue = rawValue }
        public static let width = Self(rawValue: 2), minYMargin = Self(rawValue: 8), height = Self(rawValue: 16)
        public static let maxYMargin = Self(rawValue: 32)
    }
    public init(frame: NSRect) {}
    open var frame: NSRect = .zero
    open var isHidden = false
    open var autoresizingMask: AutoresizingMask = []
    open func addSubview(_ view: NSView) {}
    open func performKeyEquivalent(with event: NSEvent) -> Bool { false }
    open func performDragOperation(_ sender: any NSDraggingInfo) -> Bool { false }
}

open class NSEvent: NSObject {
    public struct ModifierFlags: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) { self.rawValue = rawValue }
        public static let command = Self(rawValue: 1)
    }
    open var modifierFlags: ModifierFlags { [] }
    open var charactersIgnoringModifiers: String? { nil }
}

@MainActor public protocol NSDraggingInfo: NSObjectProtocol {
    var draggingPasteboard: NSPasteboard { get }
}

public enum NSTextAlignment: Int, Sendable { case left, right, center }

@MainActor open class NSTextField: NSView {
    public convenience init(wrappingLabelWithString: String) { self.init(frame: .zero) }
    open var stringValue = ""
    open var alignment = NSTextAlignment.left
}

@MainActor public protocol NSWindowDelegate: NSObjectProtocol {
    func windowWillClose(_ notification: Notification)
}

@MainActor open class NSWindow: NSResponder {
    public struct StyleMask: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) { self.rawValue = rawValue }
        public static let titled = Self(rawValue: 1), closable = Self(rawValue: 2), miniaturizable = Self(rawValue: 4)
        public static let resizable = Self(rawValue: 8)
    }
    public enum BackingStoreType: UInt, Sendable { case buffered = 2 }
    public init(contentRect: NSRect, styleMask: StyleMask, backing: BackingStoreType, defer flag: Bool) {}
    open var title = ""
    open var isReleasedWhenClosed = true
    open var contentView: NSView?
    weak open var delegate: (any NSWindowDelegate)?
    @discardableResult open func setFrameAutosaveName(_ name: String) -> Bool { false }
    open func makeKeyAndOrderFront(_ sender: Any?) {}
}

public struct Selector: Sendable {
    public init(_ name: String) {}
}

@MainActor open class NSMenu: NSObject {
    public init(title: String) {}
    open func addItem(_ item: NSMenuItem) {}
    nonisolated public static var didBeginTrackingNotification: Notification.Name { .init("tracking") }
}

@MainActor open class NSMenuItem: NSObject {
    public init(title: String, action: Selector?, keyEquivalent: String) {}
    open var submenu: NSMenu?
}

@MainActor open class NSAlert: NSObject {
    open var messageText = ""
    open var informativeText = ""
    @discardableResult open func runModal() -> Int { 0 }
}

@MainActor public protocol NSApplicationDelegate: NSObjectProtocol {
    func applicationDidFinishLaunching(_ notification: Notification)
    func applicationShouldTerminate(_ sender: NSApplication) -> NSApplication.TerminateReply
    func applicationShouldHandleReopen(_ sender: NSApplication, hasVisibleWindows: Bool) -> Bool
}

@MainActor open class NSApplication: NSResponder {
    public enum TerminateReply: UInt, Sendable { case terminateCancel, terminateNow, terminateLater }
    public enum ActivationPolicy: Int, Sendable { case regular, accessory, prohibited }
    public struct AboutPanelOptionKey: Hashable, Sendable {
        public static let credits = Self()
    }
    public class var shared: NSApplication { fatalError() }
    open var mainMenu: NSMenu?
    @discardableResult open func setActivationPolicy(_ policy: ActivationPolicy) -> Bool { false }
    open func terminate(_ sender: Any?) {}
    open func activate(ignoringOtherApps flag: Bool) {}
    open func reply(toApplicationShouldTerminate shouldTerminate: Bool) {}
    open func orderFrontStandardAboutPanel(options: [AboutPanelOptionKey: Any]) {}
}

open class NSPasteboard: NSObject, @unchecked Sendable {
    public struct PasteboardType: Hashable, Sendable { public static let string = Self() }
    public class var general: NSPasteboard { fatalError() }
    @discardableResult open func clearContents() -> Int { 0 }
    @discardableResult open func setString(_ text: String, forType: PasteboardType) -> Bool { false }
    open func readObjects(forClasses: [AnyClass], options: [String: Any]?) -> [Any]? { nil }
}

open class NSWorkspace: NSObject, @unchecked Sendable {
    public class var shared: NSWorkspace { fatalError() }
    open var notificationCenter: NotificationCenter { .default }
    @discardableResult open func open(_ url: URL) -> Bool { false }
    public class var didWakeNotification: Notification.Name { .init("wake") }
    public class var willSleepNotification: Notification.Name { .init("sleep") }
}

extension Notification.Name {
    public static var NSProcessInfoPowerStateDidChange: Notification.Name { .init("power") }
}

extension ProcessInfo {
    public enum ThermalState: Int, Sendable { case nominal, fair, serious, critical }
    public struct ActivityOptions: OptionSet, Sendable {
        public let rawValue: UInt64
        public init(rawValue: UInt64) { self.rawValue = rawValue }
        public static let userInitiatedAllowingIdleSystemSleep = Self(rawValue: 1)
    }
    public var thermalState: ThermalState { .nominal }
    public var isLowPowerModeEnabled: Bool { false }
    public class var thermalStateDidChangeNotification: Notification.Name { .init("thermal") }
    public func beginActivity(options: ActivityOptions, reason: String) -> any NSObjectProtocol { NSObject() }
    public func endActivity(_ activity: any NSObjectProtocol) {}
}

public protocol DispatchSourceMemoryPressure: DispatchSourceProtocol {
    var data: DispatchSource.MemoryPressureEvent { get }
}

extension DispatchSource {
    public struct MemoryPressureEvent: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) { self.rawValue = rawValue }
        public static let normal = Self(rawValue: 1), warning = Self(rawValue: 2), critical = Self(rawValue: 4)
    }
    public class func makeMemoryPressureSource(eventMask: MemoryPressureEvent, queue: DispatchQueue?)
        -> any DispatchSourceMemoryPressure
    { fatalError() }
}
