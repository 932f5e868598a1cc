import AppKit
import IOKit
#if canImport(Darwin)
    import IOKit.ps
#endif
import Metal
import TrayKit

/// What macOS tells of the machine, asked when the core wants to know.
public final class MacHost: HostSource, @unchecked Sendable {
    public static let shared = MacHost()
    private let chip = MacHost.text("machdep.cpu.brand_string")
    private let device = MTLCreateSystemDefaultDevice()
    private let lock = NSLock()
    private var pressure = HostFacts.MemoryPressure.normal
    private var source: (any DispatchSourceMemoryPressure)?
    private var powerWatch: CFRunLoopSource?
    private var changed: (@Sendable () -> Void)?

    /// Calls back when the power source or the memory pressure changes. (Heat and low power have notifications.)
    @MainActor
    public func watch(_ changed: @escaping @Sendable () -> Void) {
        self.changed = changed
        let source = DispatchSource.makeMemoryPressureSource(eventMask: [.normal, .warning, .critical], queue: .main)
        source.setEventHandler { [self] in
            let level = source.data
            lock.withLock { pressure = level.contains(.critical) ? .critical : level.contains(.warning) ? .warning : .normal }
            changed()
        }
        source.resume()
        self.source = source
        powerWatch = IOPSNotificationCreateRunLoopSource({ _ in MacHost.shared.changed?() }, nil)?.takeRetainedValue()
        if let powerWatch { CFRunLoopAddSource(CFRunLoopGetMain(), powerWatch, .defaultMode) }
    }

    public func facts() async -> HostFacts {
        let info = ProcessInfo.processInfo
        let heat: [ProcessInfo.ThermalState: HostFacts.Thermal] = [
            .nominal: .nominal, .fair: .fair, .serious: .serious, .critical: .critical,
        ]
        return HostFacts(
            chip: chip, gpu: gpu(), thermal: heat[info.thermalState], power: Self.power(),
            lowPowerMode: info.isLowPowerModeEnabled, memoryPressure: lock.withLock { pressure }, asleep: false)
    }

    /// The accelerator's own statistics, as Activity Monitor shows them.
    private func gpu() -> HostFacts.Gpu? {
        var iterator: io_iterator_t = 0
        guard IOServiceGetMatchingServices(kIOMainPortDefault, IOServiceMatching("IOAccelerator"), &iterator) == 0
        else { return nil }
        defer { IOObjectRelease(iterator) }
        let entry = IOIteratorNext(iterator)
        guard entry != 0 else { return nil }
        defer { IOObjectRelease(entry) }
        let key = NSString(string: "PerformanceStatistics") as CFString
        let value = IORegistryEntryCreateCFProperty(entry, key, kCFAllocatorDefault, 0)?.takeRetainedValue()
        let statistics = value as? [String: Any]
        let percent = (statistics?["Device Utilization %"] as? NSNumber)?.doubleValue
        return HostFacts.Gpu(
            name: device?.name, utilisation: percent.map { min(1, max(0, $0 / 100)) },
            usedBytes: (statistics?["In use system memory"] as? NSNumber)?.intValue,
            limitBytes: device.map { Int($0.recommendedMaxWorkingSetSize) })
    }

    private static func power() -> HostFacts.Power? {
        let info = IOPSCopyPowerSourcesInfo().takeRetainedValue()
        let kinds: [String: HostFacts.Power.Source] = ["AC Power": .mains, "Battery Power": .battery, "UPS Power": .ups]
        guard let kind = IOPSGetProvidingPowerSourceType(info)?.takeUnretainedValue() as? String, let source = kinds[kind]
        else { return nil }
        let list = IOPSCopyPowerSourcesList(info).takeRetainedValue() as? [CFTypeRef]
        let battery = list?.first.flatMap {
            IOPSGetPowerSourceDescription(info, $0)?.takeUnretainedValue() as? NSDictionary
        }
        let now = (battery?["Current Capacity"] as? NSNumber)?.doubleValue
        let full = (battery?["Max Capacity"] as? NSNumber)?.doubleValue
        let charge = now.flatMap { now in full.flatMap { $0 > 0 ? min(1, now / $0) : nil } }
        return HostFacts.Power(source: source, charge: charge)
    }

    private static func text(_ name: String) -> String? {
        var size = 0
        guard sysctlbyname(name, nil, &size, nil, 0) == 0, size > 1 else { return nil }
        var bytes = [CChar](repeating: 0, count: size)
        guard sysctlbyname(name, &bytes, &size, nil, 0) == 0 else { return nil }
        return String(cString: bytes)
    }
}
