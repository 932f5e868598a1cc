// Stand-ins for type checks on Linux. See README.md in MacTray/StandIns.
@_exported import Foundation

public protocol MTLDevice: NSObjectProtocol {
    var name: String { get }
    var recommendedMaxWorkingSetSize: UInt64 { get }
}
public func MTLCreateSystemDefaultDevice() -> (any MTLDevice)? { nil }
