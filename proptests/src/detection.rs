//! det
use flipside::Fault;
/// x
pub fn fault_of(name: &str) -> Result<Fault, String> {
    let known = || Fault::ALL.iter().map(|fault| fault.name());
    let fault = Fault::ALL.iter().find(|fault| fault.name() == name);
    fault.copied().ok_or_else(|| {
        let known: Vec<_> = known().collect();
        format!(
            "there is no fault `{name}`; there are: {}",
            known.join(", ")
        )
    })
}
