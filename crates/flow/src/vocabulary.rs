//! The closed sets of the live core.

use northbound_types::text_enum;

text_enum! {
    /// User Roles. Journaled by index: new ones come last.
    pub enum Role("User Role") {
        /// Import Supplier.
        Is = "IS",
        /// Export Supplier.
        Es = "ES",
        /// Gas Supplier.
        Gs = "GS",
        /// Registered Supplier Agent.
        Rsa = "RSA",
        /// Electricity Distributor.
        Ed = "ED",
        /// Gas Transporter.
        Gt = "GT",
        /// Other User.
        Ou = "OU",
        /// Meter Data Retriever.
        Mdr = "MDR",
    }
}

text_enum! {
    /// Device types, as the schema spells them.
    pub enum DeviceType("device type") {
        /// Electricity meter.
        Esme = "ESME",
        /// Gas meter.
        Gsme = "GSME",
        /// Gas proxy function.
        Gpf = "GPF",
        /// Communications hub function.
        Chf = "CHF",
        /// HAN connected auxiliary load control switch.
        Hcalcs = "HCALCS",
        /// Prepayment interface.
        Ppmid = "PPMID",
        /// In-home display.
        Ihd = "IHD",
        /// Consumer access device.
        Cad = "CAD",
    }
}

text_enum! {
    /// Statuses of a device, as the schema spells them.
    pub enum DeviceStatus("device status") {
        /// Pre-notified.
        Pending = "Pending",
        /// On the hub's list.
        Whitelisted = "Whitelisted",
        /// Installed, not commissioned.
        InstalledNotCommissioned = "InstalledNotCommissioned",
        /// In service.
        Commissioned = "Commissioned",
        /// Taken out of service.
        Decommissioned = "Decommissioned",
        /// Withdrawn.
        Withdrawn = "Withdrawn",
        /// Suspended.
        Suspended = "Suspended",
        /// Being recovered.
        Recovery = "Recovery",
        /// Recovered.
        Recovered = "Recovered",
    }
}

text_enum! {
    /// How often a schedule runs.
    pub enum Frequency("frequency of a schedule") {
        /// Each day.
        Daily = "Daily",
        /// Each week.
        Weekly = "Weekly",
        /// Each month.
        Monthly = "Monthly",
        /// Each quarter.
        Quarterly = "Quarterly",
        /// Each half year.
        HalfYearly = "Half-Yearly",
        /// Each year.
        Yearly = "Yearly",
    }
}

text_enum! {
    /// The response classes by which Commands queue. The order is that of urgency.
    pub enum Class("response class") {
        /// Top-ups and restoring supply.
        Prepayment = "prepayment",
        /// Installing and commissioning.
        Install = "install-commission",
        /// Change of supplier.
        ChangeOfSupplier = "change-of-supplier",
        /// Every other request that a User waits for.
        OnDemand = "on-demand",
        /// Future-dated.
        Future = "future-dated",
        /// Scheduled reads and firmware.
        Bulk = "bulk",
        /// Making a Pre-Command.
        Transform = "transform",
        /// Answered by the service itself.
        NonDevice = "non-device",
    }
}

text_enum! {
    /// Why a request is in quarantine, in the schema's words.
    pub enum Breach("breach") {
        /// The User's own threshold of volume.
        User = "ADUserThresholdBreach",
        /// The service's threshold of volume.
        Dcc = "ADDCCThresholdBreach",
        /// The limits of a value.
        Value = "ADAttributeLimitsBreach",
    }
}
