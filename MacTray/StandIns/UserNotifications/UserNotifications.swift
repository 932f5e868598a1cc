// Stand-ins for type checks on Linux. See README.md in MacTray/StandIns.
@_exported import Foundation

public struct UNAuthorizationOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let sound = Self(rawValue: 2), alert = Self(rawValue: 4)
}
open class UNMutableNotificationContent: NSObject {
    open var title = ""
    open var body = ""
}
open class UNNotificationTrigger: NSObject {}
open class UNNotificationRequest: NSObject, @unchecked Sendable {
    public init(identifier: String, content: UNMutableNotificationContent, trigger: UNNotificationTrigger?) {}
}
open class UNUserNotificationCenter: NSObject, @unchecked Sendable {
    open class func current() -> UNUserNotificationCenter { fatalError() }
    open func requestAuthorization(options: UNAuthorizationOptions) async throws -> Bool { false }
    open func add(_ request: UNNotificationRequest) async throws {}
}
