//! DUIS XML: reading requests, acknowledgements, responses and alerts, with limits and coded refusals
