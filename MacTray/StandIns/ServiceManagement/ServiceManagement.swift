// Stand-ins for type checks on Linux. See README.md in MacTray/StandIns.
@_exported import Foundation

open class SMAppService: NSObject, @unchecked Sendable {
    public enum Status: Int, Sendable { case notRegistered, enabled, requiresApproval, notFound }
    public class var mainApp: SMAppService { fatalError() }
    open var status: Status { .notFound }
    open func register() throws {}
    open func unregister() throws {}
    open class func openSystemSettingsLoginItems() {}
}
